import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/bcrypt';
import { Unavailable } from '@ticket/domain';
import type { PasswordHasher } from '@ticket/domain/accounts';
import pLimit from 'p-limit';
import { NO_MEASURES } from '../measures.ts';

/** The number of waiting calls for each core, about five seconds of work at a cost of 10. Further callers are told to come back later. */
const WAITING_MAX = 100;

/** The number of libuv's threads. They also verify tokens, look up names and read files. */
const THREADS = Number(process.env['UV_THREADPOOL_SIZE']) || 4;

/** A dummy hash: `verify` works on it when there is no hash, so that an unknown e-mail takes as long as a known one. */
const nobodyAt = (cost: number): string => `$2y$${String(cost).padStart(2, '0')}$EmMLwMHWt0koaBknDj0RyudyMp5Mc63nwaNvIJWZaIBTfdFmAfF6u`;

/** The cost that a hash states ($2b$10$…): the base-2 logarithm of its rounds. */
const costOf = (hashed: string): number => Number(hashed.split('$')[2]);

/**
 * Runs bcrypt on libuv's threads. At most two more hashes than the machine has cores run at once, and at least one thread stays free. So a
 * storm of logins slows bookings down, but never stops them. With two more than the cores, the operating system gives hashing a larger
 * share beside bookings and their database (figures in docs/performance.md). Throws `Unavailable` if too many calls wait already.
 */
export class BcryptPasswordHasher implements PasswordHasher {
  readonly atOnceMax: number;
  readonly #cost: number;
  readonly #waitingMax: number;
  readonly #turn: ReturnType<typeof pLimit>;

  constructor({ cost }: { readonly cost: number }, measures = NO_MEASURES) {
    const cores = availableParallelism();
    const atOnce = Math.max(1, Math.min(cores + 2, THREADS - 1));
    this.#cost = cost;
    // The wait depends on the number of cores that do the work, not on the number of threads.
    this.#waitingMax = Math.min(cores, atOnce) * Math.ceil(WAITING_MAX / 2 ** (cost - 10));
    this.atOnceMax = atOnce + this.#waitingMax;
    this.#turn = pLimit(atOnce);
    measures.watch('password_queue', () => this.#turn.pendingCount);
  }

  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password, this.#cost));
  }

  verify(password: string, hashed: string | undefined): Promise<boolean> {
    return this.#inTurn(async () => {
      const tried = hashed ?? nobodyAt(this.#cost);
      if ((await verify(password, tried)) && hashed !== undefined) return true;
      // Each step of cost doubles the work: a hash of 10 and dummy hashes of 10 and 11 take the work of one of 12.
      for (let cost = costOf(tried); cost < this.#cost; cost++) await verify(password, nobodyAt(cost));
      return false;
    });
  }

  needsRehash(hashed: string): boolean {
    return costOf(hashed) < this.#cost;
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#turn.pendingCount >= this.#waitingMax) {
      throw new Unavailable('too many passwords are waiting to be hashed', { retryAfterSeconds: 5 });
    }
    return this.#turn(work);
  }
}
