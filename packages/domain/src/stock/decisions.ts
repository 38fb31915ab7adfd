import type { Actor, ActorRef, SignedInRow } from '../requests/actor.ts';
import type { IdempotencyRecord, RequestKey } from '../requests/idempotency.ts';
import type { RateCount } from '../requests/rate-counts.ts';
import type { Booking } from './booking.ts';
import type { ChangeBudget } from './change-budget.ts';
import type { Event } from './event.ts';
import type { StockMovement } from './ledger.ts';

/**
 * A change of an event or of one of its bookings. It is decided on the rows as they are under the event's lock. `decide` is synchronous
 * and pure: it may run again, so time and ids are taken before.
 */
export type StockDecision = EventDecision | BookingDecision;

/** The rows for a decision on an event. An absent row is undefined: the decision refuses, a repository never does. */
export interface EventState {
  readonly actor: Actor;
  readonly event: Event | undefined;
}
export interface BookingState extends EventState {
  readonly booking: Booking | undefined;
  /**
   * Tickets of the event that the booking's owner (while there is none, the actor) holds in all their bookings. A store counts them where the
   * policy limits them, since counting costs.
   */
  readonly heldByOwner: number | 'not_counted';
}

/** Makes (there was none), edits or deletes (returns undefined) an event. */
export interface EventDecision {
  readonly subject: 'event';
  readonly eventId: string;
  readonly actor: ActorRef;
  readonly key?: RequestKey | undefined;
  readonly decide: (now: EventState) => Event | undefined;
}

/** Makes, edits or deletes (returns undefined) a booking. */
export interface BookingDecision {
  readonly subject: 'booking';
  /** undefined when the booking, and with it its event, was not found. */
  readonly eventId: string | undefined;
  /** undefined when the decision makes the booking. */
  readonly bookingId: string | undefined;
  readonly actor: ActorRef;
  readonly key?: RequestKey | undefined;
  readonly decide: (now: BookingState) => Booking | undefined;
}

/** The rows that a batch of decisions concerns, locked. */
export interface LockedRows {
  readonly events: readonly Event[];
  readonly bookings: readonly Booking[];
  /** Of the actors whose row is needed (`rowNeededBy`), by id. */
  readonly actors: ReadonlyMap<string, SignedInRow>;
  /** Tickets that users hold of the events; a user who is left out holds none. */
  readonly holdings: readonly Holding[] | 'not_counted';
  readonly budget: ChangeBudget | 'unlimited';
  /** Earlier answers under the keys of the batch. */
  readonly idempotencyRecords: readonly IdempotencyRecord[];
}

/** Tickets of an event that all bookings of a user hold. */
export interface Holding {
  readonly eventId: string;
  readonly userId: string;
  readonly tickets: number;
}

export type Outcome =
  /** `replayed`: the first answer under the decision's key, which was not made now. */
  | { readonly done: true; readonly value: Event | Booking | undefined; readonly replayed: boolean }
  | { readonly done: false; readonly error: unknown };

/** The rows to be stored, all or none. A deleted event's bookings hold nothing and are deleted with it. */
export interface Writes {
  readonly insertedEvents: readonly Event[];
  /** `before` is what the row has to be still: a guard behind the lock. `edited`: more than the stock differs. */
  readonly changedEvents: readonly { readonly before: Event; readonly after: Event; readonly edited: boolean }[];
  readonly deletedEvents: readonly Event[];
  readonly insertedBookings: readonly Booking[];
  readonly changedBookings: readonly Booking[];
  readonly deletedBookings: readonly Booking[];
  readonly movements: readonly StockMovement[];
  /** In place of those of the same subject. */
  readonly changeCounts: readonly RateCount[];
  readonly idempotencyRecords: readonly IdempotencyRecord[];
}
