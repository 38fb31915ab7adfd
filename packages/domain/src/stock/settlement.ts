import { type Actor, type ActorRef, actorNow, rowNeededBy, userIdOf } from '../requests/actor.ts';
import { RecordsInBatch } from '../requests/idempotency.ts';
import { assert } from '../requests/refusal.ts';
import { BatchRows } from './batch-rows.ts';
import { type Booking, heldBy } from './booking.ts';
import { spending } from './change-budget.ts';
import { requireNewBooking, requireNothingHeld, requireRow, requireSameAgain, requireSameBooking, requireSoundEvent } from './decision-checks.ts';
import type { BookingDecision, BookingState, EventDecision, Holding, LockedRows, Outcome, StockDecision, Writes } from './decisions.ts';
import { type Event, moveStock } from './event.ts';
import type { MovementReason, StockMovement } from './ledger.ts';

/**
 * Decides a batch in arrival order. Each decision sees the rows that the earlier decisions left, and has its own outcome. An error affects
 * only its caller, and changes no row.
 *
 * Only this function moves stock for bookings, by held(after) - held(before), and each movement is a line of the ledger. So no decision can
 * create or lose a ticket. It also raises the version of each row that a decision edits. A decision gets frozen rows, and its result is checked against the fields that may change (decision-checks.ts).
 * Every change of a booking is counted here, after all other refusals. So no use case can bypass the limit on a user's changes.
 *
 * With `runsTwice` each decision runs a second time on the same rows. If it returns something else, it fails. A database runs a decision
 * again only after a deadlock, so a test would seldom notice.
 */
export function settle(
  decisions: readonly StockDecision[],
  rows: LockedRows,
  at: Date,
  { runsTwice = false } = {},
): { readonly outcomes: readonly Outcome[]; readonly writes: Writes } {
  const batch = new Batch(rows, at, runsTwice);
  return { outcomes: decisions.map((decision) => batch.outcomeOf(decision)), writes: batch.writes() };
}

class Batch {
  readonly #events: BatchRows<Event>;
  /** Events that a decision edited, so that more than their stock changed. */
  readonly #edited = new Set<string>();
  readonly #bookings: BatchRows<Booking>;
  readonly #actors: LockedRows['actors'];
  readonly #holdings: Holdings | undefined;
  readonly #budget: ReturnType<typeof spending> | undefined;
  readonly #answers: RecordsInBatch;
  readonly #movements: StockMovement[] = [];
  readonly #at: Date;
  readonly #runsTwice: boolean;

  constructor({ events, bookings, actors, holdings, budget, idempotencyRecords }: LockedRows, at: Date, runsTwice: boolean) {
    this.#events = new BatchRows(events);
    this.#bookings = new BatchRows(bookings);
    this.#actors = actors;
    this.#holdings = holdings === 'not_counted' ? undefined : new Holdings(holdings);
    this.#budget = budget === 'unlimited' ? undefined : spending(budget, at);
    this.#answers = new RecordsInBatch(idempotencyRecords);
    this.#at = at;
    this.#runsTwice = runsTwice;
  }

  outcomeOf(decision: StockDecision): Outcome {
    try {
      const { actor: ref, key } = decision;
      const actor = this.#actorOf(ref);
      const first = this.#answers.first<Event | Booking>(ref, key, actor);
      if (first !== undefined) return { done: true, value: first, replayed: true };
      const value = decision.subject === 'event' ? this.#settleEvent(decision, actor) : this.#settleBooking(decision, actor);
      if (value !== undefined) this.#answers.keep(ref, key, value);
      return { done: true, value, replayed: false };
    } catch (error) {
      return { done: false, error };
    }
  }

  writes(): Writes {
    return {
      insertedEvents: this.#events.inserted(),
      changedEvents: this.#events.changed().map(({ before, after }) => ({ before, after, edited: this.#edited.has(after.id) })),
      deletedEvents: this.#events.deleted(),
      insertedBookings: this.#bookings.inserted(),
      changedBookings: this.#bookings.changed().map(({ after }) => after),
      deletedBookings: this.#bookings.deleted(),
      movements: this.#movements,
      changeCounts: this.#budget?.written() ?? [],
      idempotencyRecords: this.#answers.kept,
    };
  }

  #settleEvent({ eventId, decide }: EventDecision, actor: Actor): Event | undefined {
    const before = this.#events.find(eventId);
    const now = { actor, event: before };
    const after = decide(now);
    requireRow(after);
    if (after === before) return after;
    if (after !== undefined) requireSoundEvent(eventId, before, after);
    else {
      requireNothingHeld(before);
      this.#bookings.deleteWhere((booking) => booking.eventId === eventId);
    }
    if (this.#runsTwice) requireSameAgain(after, decide(now));
    const reason = before === undefined ? 'opened' : after === undefined ? 'closed' : 'resized';
    const moved = this.#record({ eventId, bookingId: null, reason }, before, after);
    this.#edited.add(eventId);
    const edited = moved && { ...moved, version: (before?.version ?? 0) + 1 };
    this.#events.put(eventId, edited);
    return edited;
  }

  #settleBooking({ eventId, bookingId, actor: ref, decide }: BookingDecision, actor: Actor): Booking | undefined {
    const event = this.#events.find(eventId);
    const before = this.#bookings.find(bookingId);
    const owner = before?.userId ?? userIdOf(ref);
    const heldByOwner = this.#holdings === undefined ? 'not_counted' : this.#holdings.of(owner, eventId);
    const now: BookingState = { actor, event, booking: before, heldByOwner };
    const after = decide(now);
    requireRow(after);
    assert(after !== undefined || bookingId !== undefined, 'a reservation returns its booking');
    if (after === before) return after;
    const booking = after ?? before;
    assert(event !== undefined && booking?.eventId === event.id, 'a booking belongs to the event that is locked for it');
    if (before === undefined) {
      assert(bookingId === undefined, 'a booking that is not there is not changed');
      requireNewBooking(event, booking, this.#bookings.has(booking.id));
    } else if (after !== undefined) requireSameBooking(before, after);
    if (this.#runsTwice) requireSameAgain(after, decide(now));
    const held = { before: heldBy(before), after: heldBy(after) };
    const moved = moveStock(event, held);
    this.#budget?.spend(actor, before, after);
    if (held.after !== held.before) {
      this.#events.put(event.id, this.#record({ eventId: event.id, bookingId: booking.id, reason: reasonFor(before, after) }, event, moved));
      this.#holdings?.add(booking.userId, event.id, held.after - held.before);
    }
    const stored = before === undefined || after === undefined ? after : { ...after, version: before.version + 1 };
    this.#bookings.put(booking.id, stored);
    return stored;
  }

  /** Writes the ledger line of a movement, if stock moved, and gives the event with its new stock version. */
  #record(
    { eventId, bookingId, reason }: Pick<StockMovement, 'eventId' | 'bookingId' | 'reason'>,
    before: Event | undefined,
    after: Event | undefined,
  ): Event | undefined {
    const availableAfter = after?.availableTickets ?? 0;
    const delta = availableAfter - (before?.availableTickets ?? 0);
    const stockVersion = (before?.stockVersion ?? 0) + (delta === 0 ? 0 : 1);
    // Each field is written out. After a spread V8 adds fields slowly, and that doubled the time of a decision.
    if (delta !== 0) this.#movements.push({ eventId, stockVersion, bookingId, delta, availableAfter, reason, at: this.#at });
    return after && { ...after, stockVersion };
  }

  #actorOf(ref: ActorRef): Actor {
    const id = rowNeededBy(ref);
    return actorNow(ref, id === undefined ? undefined : this.#actors.get(id));
  }
}

/** The tickets that each user holds of each event, after the decisions so far. */
class Holdings {
  readonly #tickets = new Map<string, number>();

  constructor(holdings: readonly Holding[]) {
    for (const { userId, eventId, tickets } of holdings) this.#tickets.set(`${userId} ${eventId}`, tickets);
  }

  /** Without a user or an event, the number is 0. */
  of(userId: string | undefined, eventId: string | undefined): number {
    return this.#tickets.get(`${userId} ${eventId}`) ?? 0;
  }

  add(userId: string, eventId: string, tickets: number): void {
    this.#tickets.set(`${userId} ${eventId}`, this.of(userId, eventId) + tickets);
  }
}

function reasonFor(before: Booking | undefined, after: Booking | undefined): MovementReason {
  if (before === undefined) return 'booked';
  if (after === undefined) return 'deleted';
  return heldBy(after) === 0 ? 'cancelled' : 'reinstated';
}
