import type { IdempotencyRecord } from './idempotency.ts';
import type { RateCount } from './rate-counts.ts';

/**
 * How old a read may be. `plain`: as old as a replica is behind; no refusal may rest on it alone. `latest`: no older than the request,
 * from the primary, which costs more.
 */
export type Freshness = 'plain' | 'latest';

/** Where a list continues: after this row in the list's order. */
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

/** The rows of a part, and whether others follow. Equal requests at the same time get the same object. */
export interface PageRows<Row> {
  readonly rows: readonly Row[];
  readonly isMore: boolean;
}

/** The first answers under idempotency keys. Repositories write them together with the rows that they describe. */
export interface IdempotencyRecords {
  /** The first answer under the key; never a stale read. */
  find(owner: string, key: string): Promise<IdempotencyRecord | undefined>;
  /**
   * Deletes at most `limit` of the older ones, and returns their number. Ages are measured by the store's own clock, and at most as fast
   * as time passes: a clock that is set forward deletes nothing early.
   */
  forget(ageMs: number, limit: number): Promise<number>;
}

/** Counts of things that are limited in a window, shared by all servers. Subjects are compared byte by byte. */
export interface RateLimitStore {
  /** The counts whose window is running: it ends after `now`, and not after `endOfWindow(now)`, so that no wrong clock makes it longer. */
  read(subjects: readonly string[], now: Date): Promise<readonly RateCount[]>;
  /**
   * Adds one to each. Where no window is running, one begins that ends at `endOfWindow(now)`. A window that ends later keeps its count
   * and is shortened to that: clocks differ a little. Concurrent adds lose no count.
   */
  add(subjects: readonly string[], now: Date): Promise<void>;
  /** Deletes at most `limit` of those whose window is over, or ends later than any window can, and returns their number. */
  forget(now: Date, limit: number): Promise<number>;
}

export type Clock = () => Date;

/** A new UUID, lower case; later ones sort behind earlier ones. */
export type NewId = () => string;
