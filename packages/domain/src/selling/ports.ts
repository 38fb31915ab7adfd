import type { SignedInRow } from '../requests/actor.ts';
import type { Clock, Freshness, IdempotencyRecords, NewId, PageRequest, PageRows, RateLimitStore } from '../requests/ports.ts';
import type { BookingRepository, EventRepository, StockQueries } from '../stock/ports.ts';
import type { SellingPolicy } from './policy.ts';
import type { BookingView, EventView } from './views.ts';

/**
 * Reads never store anything: a decision may be judged on them first, and is made under the lock. They may lag behind what was committed,
 * except for one thing: what `find` does not find is not there.
 */
export interface EventQueries {
  find(id: string, freshness?: Freshness): Promise<EventView | undefined>;
  /** By event date, then id. */
  list(part: PageRequest): Promise<PageRows<EventView>>;
  count(): Promise<number>;
}

export interface BookingQueries {
  find(id: string): Promise<BookingView | undefined>;
  /** Newest first: by booking date, then id, both descending. With `userId`, that user's alone. */
  list(part: PageRequest & { readonly userId?: string | undefined }): Promise<PageRows<BookingView>>;
  /** With `upTo` it stops counting behind it: more than that many are some number above it. */
  count(filter: { readonly userId?: string | undefined; readonly upTo?: number | undefined }): Promise<number>;
}

/** Whose row says what an asker may do. An app with accounts of its own reads them there. */
export interface SignedInUsers {
  /** A user who is not found is not there: that is looked up where writes go, whatever the freshness. */
  find(id: string, freshness?: Freshness): Promise<SignedInRow | undefined>;
}

/** All that the core asks of the outside world. */
export interface Ports {
  readonly events: EventRepository;
  readonly bookings: BookingRepository;
  /** 'none' without accounts: then the app vouches for every actor. */
  readonly users: SignedInUsers | 'none';
  readonly eventQueries: EventQueries;
  readonly bookingQueries: BookingQueries;
  readonly stockQueries: StockQueries;
  readonly idempotencyRecords: IdempotencyRecords;
  /** Of changes of bookings, which the repositories count where the policy limits them. */
  readonly rateLimitStore: RateLimitStore;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly policy: SellingPolicy;
}
