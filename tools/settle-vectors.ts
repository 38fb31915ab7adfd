import { BOOKING_STATUSES, type Booking, changedEvent, type Event, heldBy, newBooking, Refusal, refuse, withStatus } from '@ticket/domain';
import { type BookingState, type EventState, type LockedRows, type StockDecision, settle } from '@ticket/domain/spi';
import fc from 'fast-check';

/** The cases of vectors/settle.json: rows, what each decision returned on them, and the outcomes and writes of `settle`. */
export function settleVectors(): readonly object[] {
  return fc.sample(cases, { seed: 1, numRuns: 100 }).map(vectorOf);
}

const AT = new Date('2030-06-15T12:00:00.000Z');
const USERS = ['sari', 'budi'] as const;
const EVENTS = ['jazz', 'blues'] as const;
const user = fc.constantFrom(...USERS);
const event = fc.constantFrom(...EVENTS);
const status = fc.constantFrom(...BOOKING_STATUSES);
const does = <Does extends string>(name: Does) => fc.constant(name);

const stored = fc.record({ userId: user, eventId: event, quantity: fc.integer({ min: 1, max: 3 }), status });
const asked = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: does('book'),
      user,
      event,
      quantity: fc.integer({ min: 1, max: 3 }),
      key: fc.option(fc.constant('k'), { freq: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ does: does('set'), booking: fc.nat(4), status }) },
  { weight: 2, arbitrary: fc.record({ does: does('delete booking'), booking: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ does: does('resize'), event, total: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ does: does('price'), event, cents: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ does: does('delete event'), event }) },
  { weight: 1, arbitrary: fc.record({ does: does('lie'), booking: fc.nat(4), quantity: fc.integer({ min: -1, max: 9 }) }) },
);
const cases = fc.record({
  totals: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
  bookings: fc.array(stored, { maxLength: 4 }),
  asked: fc.array(asked, { minLength: 1, maxLength: 6 }),
});
type Case = typeof cases extends fc.Arbitrary<infer Value> ? Value : never;
type Asked = Case['asked'][number];

/** What a decision was given and what it did, as a port to another language has to give and to take it. */
interface Told {
  given?: EventState | BookingState;
  /** It returned the row that it was given, the same object. So nothing is written. */
  unchanged?: true;
  returned?: Event | Booking | null;
  refused?: { readonly code: string; readonly details: object };
}

function vectorOf({ totals, bookings: rows, asked: all }: Case, number: number): object {
  const bookings = rows.map((row, index) => bookingOf(row, `b${index + 1}`));
  const events = EVENTS.map((id, index) => eventOf(id, totals[index] ?? 0, bookings));
  const holdings = EVENTS.flatMap((eventId) =>
    USERS.map((userId) => ({
      eventId,
      userId,
      tickets: sumOf(bookings.filter((row) => row.userId === userId && row.eventId === eventId).map(heldBy)),
    })),
  );
  const locked: LockedRows = { events, bookings, actors: new Map(), holdings, budget: 'unlimited', idempotencyRecords: [] };
  const told = all.map((): Told => ({}));
  const decisions = all.map((one, index) => decisionOf(one, index, bookings, told[index] ?? {}));
  const { outcomes, writes } = settle(decisions, locked, AT);
  return {
    name: `case ${number + 1}: ${all.map((one) => one.does).join(', ')}`,
    at: AT,
    rows: { events, bookings, holdings },
    decisions: decisions.map(({ decide: _, key, ...decision }, index) => ({
      ...decision,
      ...(key === undefined ? {} : { key: { value: key.value, fingerprint: key.fingerprint, kind: key.kind } }),
      ...told[index],
    })),
    outcomes: outcomes.map((outcome) => (outcome.done ? { ...outcome, value: outcome.value ?? null } : { done: false, ...wordsOf(outcome.error) })),
    writes,
  };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
const wordsOf = (error: unknown): object =>
  error instanceof Refusal
    ? { refused: { code: error.code, details: error.details } }
    : { error: error instanceof Error ? error.message : String(error) };

const bookingOf = ({ userId, eventId, quantity, status: state }: Case['bookings'][number], id: string): Booking => ({
  id,
  userId,
  eventId,
  quantity,
  totalPriceCents: quantity * 100,
  status: state,
  bookingDate: new Date('2030-06-01T10:00:00.000Z'),
  version: 3,
});

function eventOf(id: string, totalTickets: number, bookings: readonly Booking[]): Event {
  const held = sumOf(bookings.filter(({ eventId }) => eventId === id).map(heldBy));
  const made = new Date('2030-05-01T08:00:00.000Z');
  return {
    id,
    organizerId: 'ani',
    name: id,
    description: null,
    location: 'Palembang',
    eventDate: new Date('2031-01-02T19:00:00.000Z'),
    ticketPriceCents: 100,
    totalTickets: totalTickets + held,
    availableTickets: totalTickets,
    stockVersion: 7,
    version: 4,
    createdAt: made,
    updatedAt: made,
  };
}

function decisionOf(one: Asked, index: number, bookings: readonly Booking[], told: Told): StockDecision {
  const subject = 'event' in one && one.does !== 'book' ? 'event' : 'booking';
  const telling =
    <Now extends EventState | BookingState, Row extends Event | Booking>(decide: (now: Now) => Row | undefined) =>
    (now: Now): Row | undefined => {
      told.given = now;
      try {
        const row = decide(now);
        if (row !== undefined && row === (subject === 'event' ? now.event : 'booking' in now ? now.booking : undefined)) told.unchanged = true;
        else told.returned = row ?? null;
        return row;
      } catch (error) {
        if (error instanceof Refusal) told.refused = { code: error.code, details: error.details };
        throw error;
      }
    };
  const actor = 'operator' as const;
  switch (one.does) {
    case 'book': {
      const key =
        one.key === null ? undefined : { value: one.key, fingerprint: `${one.event} ${one.quantity}`, kind: 'book_tickets', allow: () => {} };
      const decide = telling<BookingState, Booking>(({ event: sold }) =>
        newBooking(sold ?? refuse('not_found', { entity: 'event', id: one.event }), {
          id: `n${index + 1}`,
          userId: one.user,
          quantity: one.quantity,
          now: AT,
        }),
      );
      return { subject: 'booking', eventId: one.event, bookingId: undefined, actor: { userId: one.user, role: 'user' }, key, decide };
    }
    case 'resize':
    case 'price': {
      const changes = one.does === 'resize' ? { totalTickets: one.total } : { ticketPriceCents: one.cents };
      const decide = telling<EventState, Event>(({ event: row }) =>
        changedEvent(row ?? refuse('not_found', { entity: 'event', id: one.event }), changes, AT),
      );
      return { subject: 'event', eventId: one.event, actor, decide };
    }
    case 'delete event':
      return { subject: 'event', eventId: one.event, actor, decide: telling<EventState, Event>(() => undefined) };
    default: {
      const booking = bookings[one.booking % Math.max(bookings.length, 1)];
      const id = booking?.id ?? 'none';
      const decide = telling<BookingState, Booking>(({ booking: row }) => {
        const found = row ?? refuse('not_found', { entity: 'booking', id });
        if (one.does === 'delete booking') return undefined;
        return one.does === 'set' ? withStatus(found, one.status) : { ...found, quantity: one.quantity };
      });
      return { subject: 'booking', eventId: booking?.eventId, bookingId: id, actor, decide };
    }
  }
}
