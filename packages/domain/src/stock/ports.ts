import type { RepositoryContext } from '../requests/context.ts';
import type { Answer } from '../requests/idempotency.ts';
import type { StockFacts } from './audit.ts';
import type { Booking } from './booking.ts';
import type { BookingState, EventState } from './decisions.ts';
import type { Event } from './event.ts';

/**
 * Every write is a decision: a pure, synchronous function. The repository runs it on the latest rows under their lock, and no other
 * decision runs at the same time. Its result is stored completely or not at all. It may run again after a deadlock, so time and ids are
 * taken before. If it throws, nothing of it is stored, and only its caller gets the error. If a row does not exist, it is `undefined`. The
 * decision refuses a missing row, and the repository does not. Repositories may also throw `Unavailable`.
 */
export interface EventRepository {
  /**
   * Runs `decide` on the current event and actor to create a booking. It stores booking, stock and ledger line together, or nothing.
   * Refuses `insufficient_tickets` if too few tickets are left. If calls race for the last ticket, exactly one resolves, and the others
   * refuse and change nothing. Calls for one event are decided in arrival order.
   */
  reserveTickets(eventId: string, context: RepositoryContext, decide: (now: BookingState) => Booking): Promise<Answer<Booking>>;
  /**
   * Creates, edits or deletes an event. `decide` returns `undefined` to delete it. A movement of stock writes a line of the ledger. The
   * cancelled bookings of a deleted event are deleted too. If bookings hold tickets, a deletion fails with `broken promise`.
   */
  change<Result extends Event | undefined>(id: string, context: RepositoryContext, decide: (now: EventState) => Result): Promise<Answer<Result>>;
}

/** Changes of bookings, decided as those of `EventRepository` are. */
export interface BookingRepository {
  /**
   * Edits or deletes a booking under its event's lock. `decide` returns `undefined` to delete it. Stock moves by the tickets held before
   * minus those held after, so tickets come back at most once, however many calls race. Refuses `insufficient_tickets` if tickets are taken
   * again and too few are left. If `decide` returns the booking unchanged, nothing is stored.
   */
  change<Result extends Booking | undefined>(
    id: string,
    context: Pick<RepositoryContext, 'actor'>,
    decide: (now: BookingState) => Result,
  ): Promise<Result>;
}

/** Reads the facts that an audit compares. Every answer is one snapshot of all its rows. */
export interface StockQueries {
  /**
   * The facts of at most `limit` events with ids behind `after`, in the order of ids. Deleted events are included if a ledger or bookings
   * of theirs remain.
   */
  page(after: string | undefined, limit: number): Promise<readonly StockFacts[]>;
  /** The facts of one event. Empty if there is no such event, no ledger and no booking of it. */
  find(eventId: string): Promise<readonly StockFacts[]>;
}
