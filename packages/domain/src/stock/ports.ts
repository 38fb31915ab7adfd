import type { RepositoryContext } from '../requests/context.ts';
import type { Answer } from '../requests/idempotency.ts';
import type { StockFacts } from './audit.ts';
import type { Booking } from './booking.ts';
import type { BookingState, EventState } from './decisions.ts';
import type { Event } from './event.ts';

/**
 * Every write is a decision: a pure, synchronous function that the repository runs on the latest rows, alone, under their lock. Its
 * answer is stored whole or not at all. It may run again (a deadlock), so time and ids are taken before. An error it throws rolls back
 * its own changes and reaches its caller only. An absent row is `undefined`: the decision refuses, a repository never does. Repositories
 * may also throw `Unavailable`.
 */
export interface EventRepository {
  /**
   * Runs `decide` on the event and the actor as they are now, and stores booking, stock and ledger line together, or nothing.
   * There is no booking yet. Refuses `insufficient_tickets` when it holds more than is left. Of calls that race for the last ticket exactly
   * one resolves; each other one refuses and changes nothing. Calls for one event are decided in the order they came.
   */
  reserveTickets(eventId: string, context: RepositoryContext, decide: (now: BookingState) => Booking): Promise<Answer<Booking>>;
  /**
   * Makes (there is none yet), edits or deletes (`undefined` returned) an event. Stock that moves is a line of the ledger.
   * A deleted event takes its cancelled bookings with it; deleting one whose tickets are held is a broken promise.
   */
  change<Result extends Event | undefined>(id: string, context: RepositoryContext, decide: (now: EventState) => Result): Promise<Answer<Result>>;
}

export interface BookingRepository {
  /**
   * Edits or deletes (`undefined` returned) a booking under its event's lock. Stock moves by the tickets it held less those it holds, so
   * tickets come back at most once, however many calls race. Refuses `insufficient_tickets` when tickets are taken again and are gone. A
   * booking returned unchanged stores nothing.
   */
  change<Result extends Booking | undefined>(
    id: string,
    context: Pick<RepositoryContext, 'actor'>,
    decide: (now: BookingState) => Result,
  ): Promise<Result>;
}

/** What an audit compares. Every answer is one snapshot of all the rows it tells of. */
export interface StockQueries {
  /** Of the events that are, and of those of which a ledger or bookings are left, by id behind `after`: at most `limit`. */
  page(after: string | undefined, limit: number): Promise<readonly StockFacts[]>;
  /** Of one event; empty when neither it nor a ledger nor a booking of it is there. */
  find(eventId: string): Promise<readonly StockFacts[]>;
}
