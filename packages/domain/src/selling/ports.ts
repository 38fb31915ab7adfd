import type { SignedInRow } from '../requests/actor.ts';
import type { Clock, Freshness, IdempotencyRecords, NewId, PageRequest, PageRows, RateLimitStore } from '../requests/ports.ts';
import type { BookingRepository, EventRepository, StockQueries } from '../stock/ports.ts';
import type { BookingFilter, EventFilter } from './list-filters.ts';
import type { SellingPolicy } from './policy.ts';
import type { BookingView, EventView } from './views.ts';

/**
 * Queries store nothing. They may lag behind commits, so every decision is made again under the lock. There is one exception: if `find`
 * returns undefined, the row does not exist.
 */
export interface EventQueries {
  /** `undefined` is certain, whatever the freshness. */
  find(id: string, freshness?: Freshness): Promise<EventView | undefined>;
  /** Ordered by the filter's order, then id. Rows that are equal to the place `after` in both are left out. */
  list(part: PageRequest & EventFilter): Promise<PageRows<EventView>>;
  /** The events that the list has. It is not called with `words` and `modifiedSince`. */
  count(filter: EventFilter): Promise<number>;
}

/** Reads of bookings. They may lag behind commits; when `find` returns nothing, the row does not exist. */
export interface BookingQueries {
  /** `undefined` is certain. */
  find(id: string): Promise<BookingView | undefined>;
  /**
   * Ordered by booking date, then id, both descending. With `eventId` and without `userId`, in the order of the ledger, the latest sale first.
   * Then `at` is the version of the ledger's line, and the rows have `start` and `end`.
   */
  list(part: PageRequest & BookingFilter): Promise<PageRows<BookingView>>;
  /** With `upTo`, counting stops above that number: a result above `upTo` means only that there are more. */
  count(filter: BookingFilter & { readonly upTo?: number | undefined }): Promise<number>;
}

/** Finds the users whose rows decide the actor's rights. An app with its own accounts does not need it. */
export interface SignedInUsers {
  /** If it returns `undefined`, there is no such user: one who is not found on a replica is looked up on the primary, whatever the freshness. */
  find(id: string, freshness?: Freshness): Promise<SignedInRow | undefined>;
}

/** Everything that the core needs from outside. */
export interface Ports {
  readonly events: EventRepository;
  readonly bookings: BookingRepository;
  /** 'none' without accounts: then the app vouches for every actor. */
  readonly users: SignedInUsers | 'none';
  readonly eventQueries: EventQueries;
  readonly bookingQueries: BookingQueries;
  readonly stockQueries: StockQueries;
  readonly idempotencyRecords: IdempotencyRecords;
  /** The counts of changes of bookings. Repositories count them if the policy limits changes. */
  readonly rateLimitStore: RateLimitStore;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly policy: SellingPolicy;
}
