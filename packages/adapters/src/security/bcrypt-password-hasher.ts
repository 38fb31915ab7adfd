import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/bcrypt';
import { type PasswordHasher, Unavailable } from '@ticket/domain';
import pLimit from 'p-limit';
import { NO_MEASURES } from '../measures.ts';

/** The contract's; the library's own default is 12. */
const COST = 10;

/** Nobody's password: `verify` works on it when there is no hash, so that an unknown e-mail takes as long as a known one. */
const NOBODY = '$2y$10$EmMLwMHWt0koaBknDj0RyudyMp5Mc63nwaNvIJWZaIBTfdFmAfF6u';

/** Some five seconds of work; who would wait longer is told to come back. */
const WAITING_MAX_PER_CORE = 100;

/**
 * bcrypt on libuv's threads, as many at once as there are cores, so that a storm of logins slows bookings down but never
 * stops them. Throws `Unavailable` when too many wait already.
 */
export class BcryptPasswordHasher implements PasswordHasher {
  readonly #cores = availableParallelism();
  readonly #turn = pLimit(this.#cores);

  constructor(measures = NO_MEASURES) {
    measures.watch('password_queue', () => this.#turn.pendingCount);
  }

  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password, COST));
  }

  async verify(password: string, hashed: string | undefined): Promise<boolean> {
    const matches = await this.#inTurn(() => verify(password, hashed ?? NOBODY));
    return matches && hashed !== undefined;
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#turn.pendingCount >= this.#cores * WAITING_MAX_PER_CORE) {
      throw new Unavailable('too many passwords are waiting to be hashed', { retryAfterSeconds: 5 });
    }
    return this.#turn(work);
  }
}
