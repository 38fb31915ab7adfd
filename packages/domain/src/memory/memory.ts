import type { Credentials, UserFacts } from '../accounts/ports.ts';
import type { User } from '../accounts/user.ts';
import { type ActorRef, rowNeededBy, userIdOf } from '../requests/actor.ts';
import { type IdempotencyRecord, ownerOf, recordName } from '../requests/idempotency.ts';
import type { RateCount } from '../requests/rate-counts.ts';
import type { SellingPolicy } from '../selling/policy.ts';
import type { StockFacts } from '../stock/audit.ts';
import { type Booking, heldBy } from '../stock/booking.ts';
import { type ChangeBudget, changesSubject, madeWithin } from '../stock/change-budget.ts';
import type { Holding, LockedRows, StockDecision } from '../stock/decisions.ts';
import type { Event } from '../stock/event.ts';
import type { StockMovement } from '../stock/ledger.ts';
import { BookingTable } from './booking-table.ts';

/** All rows. Ports that share one `Memory` behave like servers on one database. */
export interface Memory {
  /** If false, the app vouches for owners of events and bookings, and they have no row in `accounts`. */
  readonly hasAccounts: boolean;
  readonly events: Map<string, Event>;
  readonly bookings: BookingTable;
  readonly accounts: Map<string, Credentials>;
  /** The lines of each event, by version. They stay when the event is deleted. */
  readonly ledger: Map<string, StockMovement[]>;
  /** The first answers under idempotency keys, by `recordName`. */
  readonly kept: Map<string, IdempotencyRecord & { readonly at: Date }>;
  readonly counts: Map<string, RateCount>;
  /** It is here and not in the ports, so that two ports on one memory never give the same id. */
  readonly ids: { given: number };
}

/** No rows. Give the same memory to several `inMemoryPorts`, and they act as servers on one database. */
export const emptyMemory = ({ hasAccounts = true } = {}): Memory => ({
  hasAccounts,
  events: new Map(),
  bookings: new BookingTable(),
  accounts: new Map(),
  ledger: new Map(),
  kept: new Map(),
  counts: new Map(),
  ids: { given: 0 },
});

export function nextId({ ids }: Memory): string {
  ids.given += 1;
  return `00000000-0000-7000-8000-${ids.given.toString(16).padStart(12, '0')}`;
}

export const usersIn = ({ accounts }: Memory): User[] => [...accounts.values()].map(({ user }) => user);

/** A user's bookings, or everybody's. */
export const bookingsIn = ({ bookings }: Memory, userId: string | undefined): Booking[] =>
  userId === undefined ? [...bookings.values()] : bookings.ofUser(userId);

export function actorRowIn({ accounts }: Memory, ref: ActorRef): User | undefined {
  const id = rowNeededBy(ref);
  return id === undefined ? undefined : accounts.get(id)?.user;
}

/** Whether the event is there, or a ledger or bookings of it are left. */
export const isKnownIn = ({ events, bookings, ledger }: Memory, eventId: string): boolean =>
  events.has(eventId) || ledger.has(eventId) || bookings.ofEvent(eventId).length > 0;

/** For each booking, the version of the ledger line with which it was sold. */
export const salesIn = ({ ledger }: Memory, eventId: string): ReadonlyMap<string | null, number> =>
  new Map((ledger.get(eventId) ?? []).filter(({ reason }) => reason === 'booked').map(({ bookingId, stockVersion }) => [bookingId, stockVersion]));

/** The facts of one event that an audit compares. */
export function stockFactsIn({ events, bookings, ledger }: Memory, eventId: string): StockFacts {
  const lines = [...(ledger.get(eventId) ?? [])].sort((one, other) => one.stockVersion - other.stockVersion);
  const own = bookings.ofEvent(eventId);
  /** For each version, the sum of the deltas up to it. */
  const stock = new Map<number, number>();
  /** For each booking, the sum of its deltas. */
  const moved = new Map<string, number>();
  let movedTickets = 0;
  for (const { stockVersion, bookingId, delta } of lines) {
    movedTickets += delta;
    stock.set(stockVersion, movedTickets);
    if (bookingId !== null) moved.set(bookingId, (moved.get(bookingId) ?? 0) + delta);
  }
  const isMatched = (id: string) => moved.get(id) === -heldBy(bookings.get(id));
  const unmatched = [...new Set([...own.map(({ id }) => id), ...moved.keys()])].filter((id) => !isMatched(id)).sort();
  return {
    eventId,
    event: events.get(eventId),
    heldTickets: sumOf(own.map(heldBy)),
    movedTickets,
    movements: lines.length,
    firstVersion: lines[0]?.stockVersion ?? 0,
    lastVersion: lines.at(-1)?.stockVersion ?? 0,
    availableAfterIsOffBy: sumOf(lines.map(({ stockVersion, availableAfter }) => availableAfter - (stock.get(stockVersion) ?? 0))),
    unmatchedBookings: unmatched.length,
    unmatchedBookingId: unmatched[0],
  };
}

/**
 * The rows that a decision needs. A booking is decided without the other bookings of its event, and an event without any: its
 * `availableTickets` says what they hold.
 */
export function rowsIn(memory: Memory, decision: StockDecision, policy: SellingPolicy, now: Date): LockedRows {
  const { events, bookings, kept } = memory;
  const { eventId, actor, key } = decision;
  const event = eventId === undefined ? undefined : events.get(eventId);
  const booking = decision.subject === 'booking' && decision.bookingId !== undefined ? bookings.get(decision.bookingId) : undefined;
  const userId = booking?.userId ?? userIdOf(actor);
  const owner = decision.subject === 'booking' && eventId !== undefined && userId !== undefined ? { userId, eventId } : undefined;
  const row = actorRowIn(memory, actor);
  const record = key && kept.get(recordName(ownerOf(actor), key.value));
  return {
    events: event === undefined ? [] : [event],
    bookings: booking === undefined ? [] : [booking],
    actors: new Map(row === undefined ? [] : [[row.id, row]]),
    holdings: policy.ticketsPerUserMax === 'unlimited' ? 'not_counted' : holdingsIn(memory, owner),
    budget: decision.subject === 'event' ? 'unlimited' : budgetIn(memory, owner, policy, now),
    idempotencyRecords: record === undefined ? [] : [record],
  };
}

function holdingsIn({ bookings }: Memory, owner: Pick<Booking, 'userId' | 'eventId'> | undefined): readonly Holding[] {
  if (owner === undefined) return [];
  const { userId, eventId } = owner;
  return [{ userId, eventId, tickets: bookings.own(owner)?.tickets ?? 0 }];
}

/** The recent changes of the booking's owner, if the policy limits changes of bookings. */
function budgetIn(
  { bookings, counts }: Memory,
  owner: Pick<Booking, 'userId' | 'eventId'> | undefined,
  { bookingChangesPerHourMax: changesMax }: SellingPolicy,
  now: Date,
): ChangeBudget | 'unlimited' {
  if (changesMax === 'unlimited') return 'unlimited';
  if (owner === undefined) return { changesMax, recent: [] };
  const { made, firstMadeAt } = bookings.own(owner)?.madeWithin(madeWithin(now)) ?? { made: 0, firstMadeAt: undefined };
  const others = counts.get(changesSubject(owner));
  return { changesMax, recent: [{ userId: owner.userId, eventId: owner.eventId, made, firstMadeAt, others }] };
}

/** The facts that may prevent the deletion of a user. */
export function userFactsIn(memory: Memory, id: string): UserFacts {
  return {
    hasOtherAdmins: usersIn(memory).some((user) => user.role === 'admin' && user.id !== id),
    hasActiveBookings: bookingsIn(memory, id).some((booking) => heldBy(booking) > 0),
    organisesEvents: [...memory.events.values()].some(({ organizerId }) => organizerId === id),
  };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
