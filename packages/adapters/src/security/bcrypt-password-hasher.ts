import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/bcrypt';
import type { PasswordHasher } from '@ticket/domain';
import pLimit from 'p-limit';

/** The contract's; the library's own default is 12. */
const COST = 10;

/** Nobody's password: `verify` works on it when there is no hash, so that an unknown e-mail takes as long as a known one. */
const NOBODY = '$2y$10$EmMLwMHWt0koaBknDj0RyudyMp5Mc63nwaNvIJWZaIBTfdFmAfF6u';

/** bcrypt on libuv's threads, on all but one core: the rest of the server shares both. */
export class BcryptPasswordHasher implements PasswordHasher {
  readonly #turn = pLimit(Math.max(1, availableParallelism() - 1));

  hash(password: string): Promise<string> {
    return this.#turn(() => hash(password, COST));
  }

  async verify(password: string, hashed: string | undefined): Promise<boolean> {
    const matches = await this.#turn(() => verify(password, hashed ?? NOBODY));
    return matches && hashed !== undefined;
  }
}
