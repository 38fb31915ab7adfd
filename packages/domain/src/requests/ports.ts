import type { IdempotencyRecord } from './idempotency.ts';
import type { RateCount } from './rate-counts.ts';

/**
 * How old a look-up may be. `plain`: as old as a replica is behind; no "no" may rest on it alone. `latest`: no older than the
 * question, from where writes go, which costs more.
 */
export type Freshness = 'plain' | 'latest';

/** Where a list goes on: behind this row in the list's order. */
export interface Cursor {
  readonly at: Date;
  readonly id: string;
}

/** A part of a list: behind `after`, then without the first `offset` rows, at most `limit`. */
export interface PageRequest {
  readonly after?: Cursor | undefined;
  readonly offset: number;
  readonly limit: number;
}

/** The rows of a part, and whether others follow. All who ask for the same at once get the same object. */
export interface PageRows<Row> {
  readonly rows: readonly Row[];
  readonly isMore: boolean;
}

/** The first answers under idempotency keys. They are written by the repositories, with what they tell of. */
export interface IdempotencyRecords {
  /** The first answer under the key; no older than the question. */
  find(owner: string, key: string): Promise<IdempotencyRecord | undefined>;
  /**
   * Forgets at most `limit` of those stored longer ago, and says how many they were. The store's own clock counts, as far as it goes no
   * faster than time: when it is set forward, nothing is forgotten early.
   */
  forget(ageMs: number, limit: number): Promise<number>;
}

/** Counts of what there may only be so much of in a window, shared by all servers. Subjects are compared to the letter. */
export interface RateLimitStore {
  /** The counts whose window is running: it ends after `now`, and not after `endOfWindow(now)`, so that no wrong clock makes it longer. */
  read(subjects: readonly string[], now: Date): Promise<readonly RateCount[]>;
  /**
   * Counts one more of each. Where no window is running, one begins that ends at `endOfWindow(now)`. One that ends later keeps its count
   * and ends then too: clocks differ a little. Of adds at once none is lost.
   */
  add(subjects: readonly string[], now: Date): Promise<void>;
  /** Forgets at most `limit` of those whose window is over, or ends later than any window does, and says how many they were. */
  forget(now: Date, limit: number): Promise<number>;
}

export type Clock = () => Date;

/** A new UUID, lower case; later ones sort behind earlier ones. */
export type NewId = () => string;
