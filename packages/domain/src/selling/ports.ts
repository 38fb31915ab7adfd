import type { SignedInRow } from '../requests/actor.ts';
import type { Clock, Freshness, IdempotencyRecords, NewId, PageRequest, PageRows, RateLimitStore } from '../requests/ports.ts';
import type { BookingRepository, EventRepository, StockQueries } from '../stock/ports.ts';
import type { SellingPolicy } from './policy.ts';
import type { BookingView, EventView } from './views.ts';

/**
 * Reads never store anything. A decision may be judged on them first, and is made under the lock. They may lag behind commits, with one
 * exception: when `find` returns nothing, the row does not exist.
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
  /** With `upTo` it stops counting there: a larger number is only known to be above it. */
  count(filter: { readonly userId?: string | undefined; readonly upTo?: number | undefined }): Promise<number>;
}

/** Users whose rows decide the actor's rights. An app with accounts of its own keeps its own. */
export interface SignedInUsers {
  /** `undefined` is certain: a user who is not found on a replica is looked up on the primary, whatever the freshness. */
  find(id: string, freshness?: Freshness): Promise<SignedInRow | undefined>;
}

/** Everything the core needs from outside. */
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
