import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Unavailable } from '@ticket/domain';
import { passwordHasherContract } from '@ticket/domain/testing';
import { describe, expect, it } from 'vitest';
import { BcryptPasswordHasher } from './bcrypt-password-hasher.ts';

const passwords = new BcryptPasswordHasher();

passwordHasherContract('bcrypt', async () => passwords);

describe('bcrypt', () => {
  it('hashes at the contract’s cost of 10, with a salt of its own each time', async () => {
    const [one, other] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
    expect(one).toMatch(/^\$2[aby]\$10\$.{53}$/);
    expect(one).not.toBe(other);
  });

  it('verifies what other libraries hashed', async () => {
    // $2y$ and $2b$ name the same algorithm; the second is what bcryptjs writes.
    const hash = (await passwords.hash('correct horse')).replace(/^\$2[aby]\$/, '$2b$');
    expect(await passwords.verify('correct horse', hash)).toBe(true);
  });

  it('works on an unknown e-mail as long as on a known one', async () => {
    const hash = await passwords.hash('correct horse');
    const time = async (known: string | undefined) => {
      const began = performance.now();
      expect(await passwords.verify('wrong', known)).toBe(false);
      return performance.now() - began;
    };
    // The fastest of several: what else runs on the machine only adds.
    const fastest = async (known: string | undefined) =>
      Math.min(...[await time(known), await time(known), await time(known), await time(known), await time(known)]);
    const [known, unknown] = [await fastest(hash), await fastest(undefined)];
    expect(unknown / known).toBeGreaterThan(0.5);
    expect(unknown / known).toBeLessThan(2);
  });

  it('refuses what would wait behind more than some seconds of work, at once, and serves those who wait', async () => {
    const crowded = new BcryptPasswordHasher();
    const room = availableParallelism() * 101; // those at work, and 100 waiting for each core
    const began = performance.now();
    const answers = Array.from({ length: room + 3 }, () => crowded.verify('a password', undefined));
    const late = await Promise.allSettled(answers.slice(room));
    const lateMs = performance.now() - began;
    for (const answer of late) expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(Unavailable) });
    expect(await Promise.all(answers.slice(0, room))).toEqual(Array.from({ length: room }, () => false));
    expect(lateMs).toBeLessThan((performance.now() - began) / 2);
  });
});
