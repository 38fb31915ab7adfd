import type { Actor, ActorRef, SignedInRow } from '../requests/actor.ts';
import type { IdempotencyRecord, RequestKey } from '../requests/idempotency.ts';
import type { RateCount } from '../requests/rate-counts.ts';
import type { Booking } from './booking.ts';
import type { ChangeBudget } from './change-budget.ts';
import type { Event } from './event.ts';
import type { StockMovement } from './ledger.ts';

/**
 * A change of an event or of one of its bookings. `decide` gets the current rows under the event's lock. It is synchronous and pure. It may
 * run again, so time and ids are taken before.
 */
export type StockDecision = EventDecision | BookingDecision;

/** The rows for a decision on an event. If a row does not exist, it is undefined. The decision refuses a missing row, and the repository does not. */
export interface EventState {
  readonly actor: Actor;
  readonly event: Event | undefined;
}
export interface BookingState extends EventState {
  readonly booking: Booking | undefined;
  /**
   * Tickets of the event that the booking's owner holds in all their bookings. For a new booking the owner is the actor. The repository
   * counts them only if the policy limits them.
   */
  readonly heldByOwner: number | 'not_counted';
}

/** Creates, edits or deletes an event. `decide` returns undefined to delete it. */
export interface EventDecision {
  readonly subject: 'event';
  readonly eventId: string;
  readonly actor: ActorRef;
  readonly key?: RequestKey | undefined;
  /** Returns the event after the change, the same object for no change, or `undefined` to delete it. */
  readonly decide: (now: EventState) => Event | undefined;
}

/** Creates, edits or deletes a booking. `decide` returns undefined to delete it. */
export interface BookingDecision {
  readonly subject: 'booking';
  /** undefined if the booking was not found, so that its event is not known. */
  readonly eventId: string | undefined;
  /** undefined if the decision creates the booking. */
  readonly bookingId: string | undefined;
  readonly actor: ActorRef;
  readonly key?: RequestKey | undefined;
  /** Returns the booking after the change, the same object for no change, or `undefined` to delete it. */
  readonly decide: (now: BookingState) => Booking | undefined;
}

/** The rows that the decisions of a batch need. Events and bookings are locked. */
export interface LockedRows {
  readonly events: readonly Event[];
  readonly bookings: readonly Booking[];
  /** The rows of the actors who need one (`rowNeededBy`), by id. */
  readonly actors: ReadonlyMap<string, SignedInRow>;
  /** The tickets that users hold of the events. A user who is not in the list holds none. */
  readonly holdings: readonly Holding[] | 'not_counted';
  readonly budget: ChangeBudget | 'unlimited';
  /** The stored answers under the idempotency keys of the batch. */
  readonly idempotencyRecords: readonly IdempotencyRecord[];
}

/** Tickets of an event that all bookings of a user hold. */
export interface Holding {
  readonly eventId: string;
  readonly userId: string;
  readonly tickets: number;
}

/** What became of a decision: its result, or the error that it threw. */
export type Outcome =
  /** `replayed`: the value is the first answer under the decision's key, and nothing was created now. */
  | { readonly done: true; readonly value: Event | Booking | undefined; readonly replayed: boolean }
  | { readonly done: false; readonly error: unknown };

/** The rows to be stored, all or none. If an event is deleted, its bookings hold no tickets, and are deleted too. */
export interface Writes {
  readonly insertedEvents: readonly Event[];
  /** `before`: the row must still have this stock version when it is stored. `edited`: more than the stock changed. */
  readonly changedEvents: readonly { readonly before: Event; readonly after: Event; readonly edited: boolean }[];
  readonly deletedEvents: readonly Event[];
  readonly insertedBookings: readonly Booking[];
  readonly changedBookings: readonly Booking[];
  readonly deletedBookings: readonly Booking[];
  readonly movements: readonly StockMovement[];
  /** These replace the stored counts of the same subjects. */
  readonly changeCounts: readonly RateCount[];
  readonly idempotencyRecords: readonly IdempotencyRecord[];
}
