import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { passwordHasherContract } from '@ticket/domain/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BcryptPasswordHasher } from './bcrypt-password-hasher.ts';

/** The hashes that the library was asked about. */
const asked = vi.hoisted((): string[] => []);
vi.mock('@node-rs/bcrypt', async (importOriginal) => {
  const library = await importOriginal<typeof import('@node-rs/bcrypt')>();
  const verify: typeof library.verify = (password, hash) => {
    asked.push(String(hash));
    return library.verify(password, hash);
  };
  return { ...library, verify };
});
beforeEach(() => void asked.splice(0));

const at = (cost: number) => new BcryptPasswordHasher({ cost });
const passwords = at(6);

passwordHasherContract('bcrypt', async () => ({ passwords, cheaper: at(4) }));

describe('bcrypt', () => {
  it('hashes at the cost it is given, with a salt of its own each time', async () => {
    const [one, other, costlier] = await Promise.all([
      passwords.hash('correct horse'),
      passwords.hash('correct horse'),
      at(10).hash('correct horse'),
    ]);
    expect([one, costlier]).toEqual([expect.stringMatching(/^\$2[aby]\$06\$.{53}$/), expect.stringMatching(/^\$2[aby]\$10\$.{53}$/)]);
    expect(one).not.toBe(other);
  });

  it('verifies what other libraries hashed', async () => {
    // $2y$ and $2b$ name the same algorithm; the second is what bcryptjs writes.
    const hash = (await passwords.hash('correct horse')).replace(/^\$2[aby]\$/, '$2b$');
    expect(await passwords.verify('correct horse', hash)).toBe(true);
  });

  it('T20: does the same work for an unknown e-mail and a wrong password, however little work the hash of it took', async () => {
    const work = async (hash: string | undefined) => {
      asked.splice(0);
      expect(await passwords.verify('wrong', hash)).toBe(false);
      return asked.map((tried) => 2 ** Number(tried.split('$')[2])).reduce((sum, rounds) => sum + rounds, 0);
    };
    const hashes = [undefined, await passwords.hash('right'), await at(5).hash('right'), await at(4).hash('right')];
    for (const hash of hashes) expect(await work(hash)).toBe(2 ** 6);
  });

  it('says how many it takes at once, takes as many, and refuses the next', async () => {
    const atCost14 = at(14);
    const cheap = at(10);
    expect(cheap.atOnceMax).toBeGreaterThan(atCost14.atOnceMax);
    // Five seconds of the cores' work, and what is being done.
    expect(cheap.atOnceMax).toBeLessThanOrEqual(101 * availableParallelism() + 2);
    // Hashes of a cost of 4 are quick to verify; the hasher lets as few of them wait as of its own.
    const hash = await at(4).hash('right');
    const outcomes = Array.from({ length: atCost14.atOnceMax + 1 }, () => atCost14.verify('right', hash).then(String, (error: Error) => error.name));
    expect(await Promise.all(outcomes)).toEqual([...Array.from({ length: atCost14.atOnceMax }, () => 'true'), 'Unavailable']);
  });

  it('leaves one of libuv’s threads to everybody else', () => {
    // With two threads: of two hashes one waits, so that what needs a thread for a moment has it before either is done.
    const program = `
      import { BcryptPasswordHasher } from ${JSON.stringify(new URL('./bcrypt-password-hasher.ts', import.meta.url).href)};
      const passwords = new BcryptPasswordHasher({ cost: 12 });
      const hashed = ['a', 'b'].map((password) => passwords.hash(password).then(() => 'hash'));
      await new Promise(setImmediate); // they have begun
      const digested = crypto.subtle.digest('SHA-256', new Uint8Array(1)).then(() => 'digest');
      console.log(await Promise.race([...hashed, digested]));`;
    const args = ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', '--input-type=module', '--eval', program];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '2' } });
    expect([stdout.trim(), stderr]).toEqual(['digest', '']);
  });
});
