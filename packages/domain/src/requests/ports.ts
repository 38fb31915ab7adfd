import type { IdempotencyRecord } from './idempotency.ts';
import type { RateCount } from './rate-counts.ts';

/**
 * How old a read may be. `plain`: it may come from a replica that lags, so it cannot be the only reason for a refusal. `latest`: it comes
 * from the primary and is no older than the request, which costs more.
 */
export type Freshness = 'plain' | 'latest';

/** A place in a list: the row's value in the list's order (a time, a number or a folded text), and the row's id. */
export interface Cursor {
  readonly at: Date | number | string;
  readonly id: string;
}

/** A part of a list: the rows behind `after`, without the first `offset` of them, and at most `limit` rows. */
export interface PageRequest {
  readonly after?: Cursor | undefined;
  readonly offset: number;
  readonly limit: number;
  /** The list in the opposite order. */
  readonly reversed?: boolean | undefined;
}

/**
 * The rows of a part, and whether others follow. A part may have fewer rows than its limit although others follow, so that the store reads
 * a bounded number of rows. Equal requests at the same time get the same object.
 */
export interface PageRows<Row> {
  readonly rows: readonly Row[];
  readonly isMore: boolean;
  /** The cursors of the first row and of the last row that was read. Left out if those of `rows` are the same. */
  readonly start?: Cursor | undefined;
  readonly end?: Cursor | undefined;
}

/** The first answers under idempotency keys. Repositories write them together with the rows that they describe. */
export interface IdempotencyRecords {
  /** The first answer under the key. It never comes from a replica that lags. */
  find(owner: string, key: string): Promise<IdempotencyRecord | undefined>;
  /**
   * Deletes at most `limit` records that are older than `ageMs`, and returns their number. Ages are measured by the store's own clock. If
   * that clock is set forward, nothing is deleted early.
   */
  forget(ageMs: number, limit: number): Promise<number>;
}

/** Counts of things that are limited in a window, shared by all servers. Subjects are compared byte by byte. */
export interface RateLimitStore {
  /** The counts whose window is running: it ends after `now`, and not after `endOfWindow(now)`. So a wrong clock cannot make a window longer. */
  read(subjects: readonly string[], now: Date): Promise<readonly RateCount[]>;
  /**
   * Adds one to each count. If no window is running, one begins that ends at `endOfWindow(now)`. A window that ends later keeps its count,
   * and its end becomes `endOfWindow(now)`, because clocks differ a little. Concurrent calls lose no count.
   */
  add(subjects: readonly string[], now: Date): Promise<void>;
  /** Deletes at most `limit` counts whose window is over, or ends later than any window can. Returns their number. */
  forget(now: Date, limit: number): Promise<number>;
}

/** The time now. A use case asks once, before its decision, so that a repeated decision gives the same result. */
export type Clock = () => Date;

/** A new UUID in lower case. Later ids sort behind earlier ones. */
export type NewId = () => string;
