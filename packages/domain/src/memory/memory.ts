import type { Credentials, UserFacts } from '../accounts/ports.ts';
import type { User } from '../accounts/user.ts';
import { userIdOf } from '../requests/actor.ts';
import type { IdempotencyRecord } from '../requests/idempotency.ts';
import type { RateCount } from '../requests/rate-counts.ts';
import type { SellingPolicy } from '../selling/policy.ts';
import type { StockFacts } from '../stock/audit.ts';
import { type Booking, heldBy } from '../stock/booking.ts';
import { type ChangeBudget, changesSubject, madeWithin } from '../stock/change-budget.ts';
import type { Holding, StockDecision } from '../stock/decisions.ts';
import type { Event } from '../stock/event.ts';
import type { StockMovement } from '../stock/ledger.ts';

/** All rows. Ports that share one `Memory` behave like servers on one database. */
export interface Memory {
  /** If false, the app vouches for owners of events and bookings, and they have no row in `accounts`. */
  readonly hasAccounts: boolean;
  readonly events: Map<string, Event>;
  readonly bookings: Map<string, Booking>;
  readonly accounts: Map<string, Credentials>;
  readonly ledger: StockMovement[];
  readonly kept: (IdempotencyRecord & { readonly at: Date })[];
  readonly counts: Map<string, RateCount>;
}

/** No rows. Give the same memory to several `inMemoryPorts`, and they act as servers on one database. */
export const emptyMemory = ({ hasAccounts = true } = {}): Memory => ({
  hasAccounts,
  events: new Map(),
  bookings: new Map(),
  accounts: new Map(),
  ledger: [],
  kept: [],
  counts: new Map(),
});

export const usersIn = ({ accounts }: Memory): User[] => [...accounts.values()].map(({ user }) => user);

/** A user's bookings, or everybody's. */
export const bookingsIn = ({ bookings }: Memory, userId: string | undefined): Booking[] =>
  [...bookings.values()].filter((booking) => userId === undefined || booking.userId === userId);

/** The facts of one event that an audit compares. */
export function stockFactsIn({ events, bookings, ledger }: Memory, eventId: string): StockFacts {
  const lines = ledger.filter((line) => line.eventId === eventId);
  const own = [...bookings.values()].filter((booking) => booking.eventId === eventId);
  const recorded = lines.flatMap(({ bookingId }) => (bookingId === null ? [] : [bookingId]));
  const isMatched = (id: string) => {
    const moved = lines.filter(({ bookingId }) => bookingId === id);
    return moved.length > 0 && sumOf(moved.map(({ delta }) => delta)) === -heldBy(bookings.get(id));
  };
  const unmatched = [...new Set([...own.map(({ id }) => id), ...recorded])].filter((id) => !isMatched(id)).sort();
  const versions = lines.map(({ stockVersion }) => stockVersion);
  return {
    eventId,
    event: events.get(eventId),
    heldTickets: sumOf(own.map(heldBy)),
    movedTickets: sumOf(lines.map(({ delta }) => delta)),
    movements: lines.length,
    firstVersion: versions.length === 0 ? 0 : Math.min(...versions),
    lastVersion: Math.max(0, ...versions),
    availableAfterIsOffBy: sumOf(
      lines.map(
        ({ stockVersion, availableAfter }) =>
          availableAfter - sumOf(lines.filter((line) => line.stockVersion <= stockVersion).map(({ delta }) => delta)),
      ),
    ),
    unmatchedBookings: unmatched.length,
    unmatchedBookingId: unmatched[0],
  };
}

/** The number of tickets that each user holds of an event. */
export function holdingsIn({ bookings }: Memory, eventId: string | undefined): Holding[] {
  if (eventId === undefined) return [];
  const tickets = new Map<string, number>();
  for (const booking of bookings.values())
    if (booking.eventId === eventId) tickets.set(booking.userId, (tickets.get(booking.userId) ?? 0) + heldBy(booking));
  return [...tickets].map(([userId, held]) => ({ eventId, userId, tickets: held }));
}

/** The recent changes of the booking's owner, if the policy limits changes of bookings. */
export function budgetIn(
  { bookings, counts }: Memory,
  decision: StockDecision,
  { bookingChangesPerHourMax: changesMax }: SellingPolicy,
  now: Date,
): ChangeBudget | 'unlimited' {
  if (changesMax === 'unlimited' || decision.subject === 'event') return 'unlimited';
  const { eventId = '', bookingId = '', actor } = decision;
  const userId = bookings.get(bookingId)?.userId ?? userIdOf(actor);
  if (userId === undefined) return { changesMax, recent: [] };
  const { from, to } = madeWithin(now);
  const made: Date[] = [];
  for (const booking of bookings.values())
    if (booking.userId === userId && booking.eventId === eventId && booking.bookingDate > from && booking.bookingDate <= to)
      made.push(booking.bookingDate);
  const [firstMadeAt] = made.sort((one, other) => one.getTime() - other.getTime());
  return { changesMax, recent: [{ userId, eventId, made: made.length, firstMadeAt, others: counts.get(changesSubject({ userId, eventId })) }] };
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
