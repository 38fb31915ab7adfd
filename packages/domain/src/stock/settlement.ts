import { type Actor, type ActorRef, actorNow, type SignedIn, userIdOf } from '../requests/actor.ts';
import { firstAnswer, type IdempotencyKey, type KeptAnswer, ownerOf } from '../requests/idempotency.ts';
import type { RateCount } from '../requests/rate-counts.ts';
import { assert } from '../requests/refusal.ts';
import { type Booking, heldBy } from './booking.ts';
import { type ChangeBudget, spending } from './change-budget.ts';
import { requireNewBooking, requireRow, requireSameBooking, requireSoundEvent } from './decision-checks.ts';
import { type Event, moveStock } from './event.ts';
import type { MovementReason, StockMovement } from './ledger.ts';

/**
 * What somebody wants of an event or of one of its bookings, to be decided on the rows as they are under the event's lock.
 * `decide` is synchronous and pure: it may run again, so time and ids were taken before.
 */
export type StockDecision = EventDecision | BookingDecision;

/** What a decision on an event is made on. An absent row is undefined: the decision refuses, a repository never does. */
export interface EventNow {
  readonly actor: Actor;
  readonly event: Event | undefined;
}
export interface BookingNow extends EventNow {
  readonly booking: Booking | undefined;
  /**
   * Tickets of the event that the booking's owner (while there is none, who asks) holds in all his bookings. undefined where the
   * store does not count them, since no limit asks for it.
   */
  readonly heldByOwner: number | undefined;
}

/** Makes (there was none), edits or deletes (returns undefined) an event. */
export interface EventDecision {
  readonly subject: 'event';
  readonly eventId: string;
  readonly actor: ActorRef;
  readonly key?: IdempotencyKey | undefined;
  readonly decide: (now: EventNow) => Event | undefined;
}

/** Makes, edits or deletes (returns undefined) a booking. */
export interface BookingDecision {
  readonly subject: 'booking';
  /** undefined when the booking, and with it its event, was not found. */
  readonly eventId: string | undefined;
  /** undefined when the decision makes the booking. */
  readonly bookingId: string | undefined;
  readonly actor: ActorRef;
  readonly key?: IdempotencyKey | undefined;
  readonly decide: (now: BookingNow) => Booking | undefined;
}

/** The rows that a batch of decisions concerns, locked. */
export interface LockedRows {
  readonly events: readonly Event[];
  readonly bookings: readonly Booking[];
  readonly actors: ReadonlyMap<string, SignedIn>;
  /** What users hold of the events; who is left out holds nothing. undefined: not counted. */
  readonly holdings?: readonly Holding[] | undefined;
  /** undefined: changes are not limited. */
  readonly budget?: ChangeBudget | undefined;
  /** What was answered before under the keys of the batch. */
  readonly keptAnswers: readonly KeptAnswer[];
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

/** What has to be stored, all of it or nothing. A deleted event's bookings hold nothing and go with it. */
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
  readonly keptAnswers: readonly KeptAnswer[];
}

/**
 * Decides a batch in arrival order, each decision on what those before it left. Each has its own outcome: what one throws
 * concerns its caller alone and moves nothing. All stock of all bookings moves here, by held(after) - held(before), and
 * each movement is a line of the ledger; so stock is conserved whatever the decisions are: what they return is compared with what may
 * change (decision-checks.ts), and the rows that they are given cannot be written. And every change of a booking is
 * counted here, after all that else refuses it, so that no use case is a way round a user's budget of changes.
 */
export function settle(
  decisions: readonly StockDecision[],
  rows: LockedRows,
  at: Date,
): { readonly outcomes: readonly Outcome[]; readonly writes: Writes } {
  const events = new Map(rows.events.map((event) => [event.id, event]));
  const bookings = new Map(rows.bookings.map((booking) => [booking.id, booking]));
  const holdings = rows.holdings && new Map(rows.holdings.map(({ eventId, userId, tickets }) => [nameOf(userId, eventId), tickets]));
  const budget = rows.budget && spending(rows.budget, at);
  const edited = new Set<string>();
  const movements: StockMovement[] = [];
  const kept = new Map(rows.keptAnswers.map((answer) => [nameOf(answer.owner, answer.key), answer]));
  const keptAnswers: KeptAnswer[] = [];

  const outcomes = decisions.map((decision): Outcome => {
    try {
      const { actor, key } = decision;
      const first = firstAnswer<Event | Booking>(key && kept.get(nameOf(ownerOf(actor), key.value)), key, actorOf(actor));
      if (first !== undefined) return { done: true, value: first, replayed: true };
      const value = decision.subject === 'event' ? settleEvent(decision) : settleBooking(decision);
      keep(decision, value);
      return { done: true, value, replayed: false };
    } catch (error) {
      return { done: false, error };
    }
  });

  return {
    outcomes,
    writes: { ...changesOf(rows.events, events, edited), ...bookingChanges(), movements, changeCounts: budget?.written() ?? [], keptAnswers },
  };

  function keep({ key, actor }: StockDecision, answer: Event | Booking | undefined): void {
    if (key === undefined || answer === undefined) return;
    const keeping = { owner: ownerOf(actor), key: key.value, fingerprint: key.fingerprint, answer };
    kept.set(nameOf(keeping.owner, keeping.key), keeping);
    keptAnswers.push(keeping);
  }

  function settleEvent({ eventId, actor, decide }: EventDecision): Event | undefined {
    const before = frozen(events.get(eventId));
    const after = decide({ actor: actorOf(actor), event: before });
    requireRow(after);
    if (after === before) return after;
    if (after !== undefined) requireSoundEvent(eventId, before, after);
    else {
      assert(before?.availableTickets === before?.totalTickets, 'an event is deleted only while no booking holds tickets');
      for (const { id, eventId: of } of bookings.values()) if (of === eventId) bookings.delete(id);
    }
    const moved = record(eventId, null, before === undefined ? 'opened' : after === undefined ? 'closed' : 'resized', before, after);
    edited.add(eventId);
    return put(events, eventId, moved);
  }

  function settleBooking({ eventId, bookingId, actor, decide }: BookingDecision): Booking | undefined {
    const event = frozen(eventId === undefined ? undefined : events.get(eventId));
    const before = frozen(bookingId === undefined ? undefined : bookings.get(bookingId));
    const owner = before?.userId ?? userIdOf(actor);
    const heldByOwner = owner === undefined || eventId === undefined ? undefined : heldIn(eventId, owner);
    const after = decide({ actor: actorOf(actor), event, booking: before, heldByOwner });
    requireRow(after);
    assert(after !== undefined || bookingId !== undefined, 'a reservation returns its booking');
    if (after === before) return after;
    const booking = after ?? before;
    assert(event !== undefined && booking?.eventId === event.id, 'a booking belongs to the event that is locked for it');
    if (before === undefined) {
      assert(after !== undefined && bookingId === undefined, 'a booking that is not there is not changed');
      requireNewBooking(event, after, bookings.has(after.id));
    } else if (after !== undefined) requireSameBooking(before, after);
    const held = { before: heldBy(before), after: heldBy(after) };
    const moved = moveStock(event, held);
    budget?.spend(actorOf(actor), before, after);
    events.set(event.id, record(event.id, booking.id, reasonFor(before, after), event, moved) ?? moved);
    holdings?.set(nameOf(booking.userId, event.id), (heldIn(event.id, booking.userId) ?? 0) + held.after - held.before);
    put(bookings, booking.id, after);
    return after;
  }

  /** What the user holds of the event after the decisions so far. */
  function heldIn(eventId: string, userId: string): number | undefined {
    return holdings && (holdings.get(nameOf(userId, eventId)) ?? 0);
  }

  /** Writes the ledger line of a movement, if there is one, and gives the event with its new stock version. */
  function record(
    eventId: string,
    bookingId: string | null,
    reason: MovementReason,
    before: Event | undefined,
    after: Event | undefined,
  ): Event | undefined {
    const availableAfter = after?.availableTickets ?? 0;
    const delta = availableAfter - (before?.availableTickets ?? 0);
    const stockVersion = (before?.stockVersion ?? 0) + (delta === 0 ? 0 : 1);
    if (delta !== 0) movements.push({ eventId, stockVersion, bookingId, delta, availableAfter, reason, at });
    return after && { ...after, stockVersion };
  }

  function actorOf(ref: ActorRef): Actor {
    const userId = userIdOf(ref);
    return actorNow(ref, userId === undefined ? undefined : rows.actors.get(userId));
  }

  function bookingChanges() {
    const before = new Map(rows.bookings.map((booking) => [booking.id, booking]));
    const all = [...bookings.values()];
    return {
      insertedBookings: all.filter(({ id }) => !before.has(id)),
      changedBookings: all.filter((booking) => before.has(booking.id) && before.get(booking.id) !== booking),
      deletedBookings: rows.bookings.filter(({ id }) => !bookings.has(id)),
    };
  }
}

/** A decision that writes into a row, instead of returning another, would change what its neighbours are decided on. */
const frozen = <Row extends object>(row: Row | undefined): Row | undefined => row && Object.freeze(row);

/** One name for what belongs to somebody: no owner has a space in his id. */
const nameOf = (owner: string, key: string): string => `${owner} ${key}`;

function changesOf(before: readonly Event[], after: ReadonlyMap<string, Event>, edited: ReadonlySet<string>) {
  const ids = new Set(before.map(({ id }) => id));
  return {
    insertedEvents: [...after.values()].filter(({ id }) => !ids.has(id)),
    changedEvents: before.flatMap((event) => {
      const now = after.get(event.id);
      return now === undefined || now === event ? [] : [{ before: event, after: now, edited: edited.has(event.id) }];
    }),
    deletedEvents: before.filter(({ id }) => !after.has(id)),
  };
}

function reasonFor(before: Booking | undefined, after: Booking | undefined): MovementReason {
  if (before === undefined) return 'booked';
  if (after === undefined) return 'deleted';
  return heldBy(after) === 0 ? 'cancelled' : 'reinstated';
}

function put<Row>(rows: Map<string, Row>, id: string, row: Row | undefined): Row | undefined {
  if (row === undefined) rows.delete(id);
  else rows.set(id, row);
  return row;
}
