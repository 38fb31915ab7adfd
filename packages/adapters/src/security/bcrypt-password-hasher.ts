import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/bcrypt';
import { Unavailable } from '@ticket/domain';
import type { PasswordHasher } from '@ticket/domain/accounts';
import pLimit from 'p-limit';
import { NO_MEASURES } from '../measures.ts';

/** For each core: some five seconds of its work at a cost of 10. Callers that would wait longer are told to come back. */
const WAITING_MAX = 100;

/** libuv's, which also verify tokens, look up names and read files. */
const THREADS = Number(process.env['UV_THREADPOOL_SIZE']) || 4;

/** A dummy hash: `verify` works on it when there is no hash, so that an unknown e-mail takes as long as a known one. */
const nobodyAt = (cost: number): string => `$2y$${String(cost).padStart(2, '0')}$EmMLwMHWt0koaBknDj0RyudyMp5Mc63nwaNvIJWZaIBTfdFmAfF6u`;

/** The base-2 logarithm of the rounds, as a hash states it: $2b$10$… */
const costOf = (hashed: string): number => Number(hashed.split('$')[2]);

/**
 * bcrypt on libuv's threads. The number at once is two more than the cores, and at most one less than the threads. So a storm of logins
 * slows bookings down but never stops them. It is two more than the cores because bookings and their database need cores too, and the
 * system then gives hashing the larger share (docs/performance.md has the figures). Throws `Unavailable` when too many wait already.
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
    // It is the cores that do the work, however many share them.
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
