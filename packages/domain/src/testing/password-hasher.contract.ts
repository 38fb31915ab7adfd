import { beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD_BYTES_MAX } from '../accounts/password.ts';
import type { PasswordHasher } from '../accounts/ports.ts';

/** The hasher under test, and one of the same kind whose hashes take less work. */
interface PasswordHashers {
  readonly passwords: PasswordHasher;
  readonly cheaper: PasswordHasher;
}

/** What every PasswordHasher promises for passwords that the domain accepts. Use a low cost, because it hashes a dozen times. */
export function passwordHasherContract(name: string, open: () => Promise<PasswordHashers>): void {
  describe(`${name} keeps the promises of PasswordHasher`, () => {
    let passwords: PasswordHasher;
    let cheaper: PasswordHasher;
    beforeAll(async () => {
      ({ passwords, cheaper } = await open());
    });

    it('opens with the password itself', async () => {
      expect(await passwords.verify('rahasia-123', await passwords.hash('rahasia-123'))).toBe(true);
    });

    it.each(['', 'Rahasia-123', 'rahasia-12', 'rahasia-1234', ' rahasia-123', 'rahasia-123 '])('does not open with %j', async (wrong) => {
      expect(await passwords.verify(wrong, await passwords.hash('rahasia-123'))).toBe(false);
    });

    it('does not open where there is no hash', async () => {
      expect(await passwords.verify('rahasia-123', undefined)).toBe(false);
      expect(await passwords.verify('', undefined)).toBe(false);
    });

    it('gives one password two hashes, neither with the password in it', async () => {
      const [one, other] = await Promise.all([passwords.hash('rahasia-123'), passwords.hash('rahasia-123')]);
      expect(one).not.toBe(other);
      expect(`${one}${other}`).not.toContain('rahasia');
      expect(await passwords.verify('rahasia-123', other)).toBe(true);
    });

    it.each([
      ['the longest one', 'x'.repeat(PASSWORD_BYTES_MAX - 1), 'y', 'z'],
      ['one of emoji', '🔑'.repeat(8), '🦜', '🦉'],
      ['one with a NUL in it', 'rahasia\u0000', 'y', 'z'],
    ])('reads %s to its end', async (_, start, end, otherEnd) => {
      const hash = await passwords.hash(start + end);
      expect([await passwords.verify(start + end, hash), await passwords.verify(start + otherEnd, hash)]).toEqual([true, false]);
    });

    it('opens with a hash that took less work, and asks for another; it asks for none where no less was taken', async () => {
      const [cheap, own] = [await cheaper.hash('rahasia-123'), await passwords.hash('rahasia-123')];
      expect(await Promise.all(['rahasia-123', 'wrong'].map((password) => passwords.verify(password, cheap)))).toEqual([true, false]);
      expect([passwords.needsRehash(cheap), passwords.needsRehash(own), cheaper.needsRehash(own)]).toEqual([true, false, false]);
    });

    it('answers many at once, each for itself', async () => {
      const hash = await passwords.hash('rahasia-123');
      const tries = ['rahasia-123', 'wrong', 'rahasia-123', 'wrong'];
      expect(await Promise.all(tries.map((password) => passwords.verify(password, hash)))).toEqual([true, false, true, false]);
    });
  });
}
