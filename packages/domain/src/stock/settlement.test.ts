import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requireVersion } from '../requests/context.ts';
import { Refusal, refuse } from '../requests/refusal.ts';
import { aBooking, anEvent, aUser, NOW } from '../testing/builders.ts';
import { refOf, times } from '../testing/store.ts';
import { BOOKING_STATUSES, type Booking, heldBy, newBooking, withStatus } from './booking.ts';
import type { BookingDecision, EventDecision, LockedRows, Outcome, StockDecision, Writes } from './decisions.ts';
import { changedEvent, type Event, heldTickets } from './event.ts';
import type { StockMovement } from './ledger.ts';
import { settle } from './settlement.ts';

const AT = new Date('2030-06-15T13:00:00.000Z');
/** The rows besides events and bookings, where nobody signed in asks and nothing is limited. */
const NO_LIMITS: Omit<LockedRows, 'events' | 'bookings'> = {
  actors: new Map(),
  holdings: 'not_counted',
  budget: 'unlimited',
  idempotencyRecords: [],
};
const about = (eventId: string, decide: EventDecision['decide']): EventDecision => ({ subject: 'event', eventId, actor: 'operator', decide });
const booking = (eventId: string, bookingId: string | undefined, decide: BookingDecision['decide']): BookingDecision => ({
  subject: 'booking',
  eventId,
  bookingId,
  actor: 'operator',
  decide,
});
const gone = () => refuse('not_found', { entity: 'event', id: '' });
const book = (eventId: string, id: string, quantity: number) =>
  booking(eventId, undefined, ({ event }) => newBooking(event ?? gone(), { id, userId: 'u1', quantity, now: NOW }));
const setStatus = ({ id, eventId }: Pick<Booking, 'id' | 'eventId'>, status: Booking['status']) =>
  booking(eventId, id, ({ booking: now }) => withStatus(now ?? gone(), status));
const remove = ({ id, eventId }: Pick<Booking, 'id' | 'eventId'>) =>
  booking(eventId, id, ({ booking: now }) => (now === undefined ? gone() : undefined));
const resize = (eventId: string, totalTickets: number) => about(eventId, ({ event }) => changedEvent(event ?? gone(), { totalTickets }, AT));
const close = (eventId: string) =>
  about(eventId, ({ event }) => (heldTickets(event ?? gone()) > 0 ? refuse('event_has_active_bookings', {}) : undefined));
const code = (outcome: Outcome): string => (outcome.done ? 'done' : outcome.error instanceof Refusal ? outcome.error.code : String(outcome.error));
const NOTHING: Writes = {
  insertedEvents: [],
  changedEvents: [],
  deletedEvents: [],
  insertedBookings: [],
  changedBookings: [],
  deletedBookings: [],
  movements: [],
  changeCounts: [],
  idempotencyRecords: [],
};

describe('a batch', () => {
  it('is decided in the order it came, each on what those before it left', () => {
    const event = anEvent({ totalTickets: 5 });
    const { outcomes, writes } = settle(
      [3, 3, 2, 1].map((quantity, index) => book(event.id, `b${index}`, quantity)),
      { events: [event], bookings: [], ...NO_LIMITS },
      AT,
    );
    expect(outcomes.map(code)).toEqual(['done', 'insufficient_tickets', 'done', 'insufficient_tickets']);
    expect(writes.insertedBookings.map(({ id }) => id)).toEqual(['b0', 'b2']);
    expect(writes.changedEvents).toEqual([{ before: event, after: { ...event, availableTickets: 0, stockVersion: 3 }, edited: false }]);
    expect(writes.movements).toEqual([
      { eventId: event.id, stockVersion: 2, bookingId: 'b0', delta: -3, availableAfter: 2, reason: 'booked', at: AT },
      { eventId: event.id, stockVersion: 3, bookingId: 'b2', delta: -2, availableAfter: 0, reason: 'booked', at: AT },
    ]);
  });

  it('keeps what one throws from the others, be it a refusal or a bug', () => {
    const event = anEvent();
    const bug = new Error('a bug');
    const throwing = booking(event.id, undefined, () => {
      throw bug;
    });
    const { outcomes, writes } = settle(
      [book(event.id, 'b1', 1), throwing, book(event.id, 'b2', 99), book(event.id, 'b3', 1)],
      { events: [event], bookings: [], ...NO_LIMITS },
      AT,
    );
    expect(outcomes.map(code)).toEqual(['done', 'Error: a bug', 'insufficient_tickets', 'done']);
    expect(outcomes[1]).toEqual({ done: false, error: bug });
    expect(writes.changedEvents[0]?.after.availableTickets).toBe(8);
  });

  it('writes nothing when nothing moves', () => {
    const [event, held] = [anEvent({ availableTickets: 8 }), aBooking()];
    const of = { ...held, eventId: event.id };
    const decisions = [
      about(event.id, ({ event: now }) => now),
      setStatus(of, 'confirmed'),
      about('nowhere', ({ event: now }) => now),
      booking(event.id, 'nothing', () => undefined),
      about(event.id, () => refuse('forbidden', { reason: 'not_admin' })),
    ];
    expect(settle(decisions, { events: [event], bookings: [of], ...NO_LIMITS }, AT).writes).toEqual(NOTHING);
  });

  it('does not write a booking that is made and deleted within it; its ledger lines stay', () => {
    const event = anEvent();
    const of = { id: 'b1', eventId: event.id };
    const { writes } = settle([book(event.id, 'b1', 2), remove(of)], { events: [event], bookings: [], ...NO_LIMITS }, AT);
    expect([writes.insertedBookings, writes.deletedBookings]).toEqual([[], []]);
    expect(writes.movements.map(({ reason, delta }) => [reason, delta])).toEqual([
      ['booked', -2],
      ['deleted', 2],
    ]);
  });

  it('deletes an event with those of its bookings that it knows, also those made within it', () => {
    const event = anEvent();
    const cancelled = aBooking({ eventId: event.id, status: 'cancelled' });
    const elsewhere = aBooking();
    const decisions = [book(event.id, 'b1', 2), setStatus({ id: 'b1', eventId: event.id }, 'cancelled'), close(event.id), book(event.id, 'b2', 1)];
    const { outcomes, writes } = settle(decisions, { events: [event], bookings: [cancelled, elsewhere], ...NO_LIMITS }, AT);
    expect(outcomes.map(code)).toEqual(['done', 'done', 'done', 'not_found']);
    expect(writes).toMatchObject({ insertedBookings: [], deletedBookings: [cancelled], deletedEvents: [event], changedEvents: [] });
    expect(writes.movements.at(-1)).toMatchObject({ reason: 'closed', delta: -10, availableAfter: 0, stockVersion: 4, bookingId: null });
  });

  it('tells an edit from a sale, since a sale leaves the rest of the row alone', () => {
    const [sold, edited, both] = [anEvent(), anEvent(), anEvent()];
    const rename = (id: string) => about(id, ({ event }) => changedEvent(event ?? gone(), { name: 'Blues' }, AT));
    const decisions = [book(sold.id, 'b1', 1), rename(edited.id), rename(both.id), book(both.id, 'b2', 1)];
    const { writes } = settle(decisions, { events: [sold, edited, both], bookings: [], ...NO_LIMITS }, AT);
    expect(writes.changedEvents.map(({ before, edited: isEdited }) => [before.id, isEdited])).toEqual([
      [sold.id, false],
      [edited.id, true],
      [both.id, true],
    ]);
    expect(writes.changedEvents[2]?.after).toMatchObject({ name: 'Blues', availableTickets: 9, stockVersion: 2 });
  });

  it('shows each decision the actor, as their row is now', () => {
    const [user, moved, event] = [aUser(), aUser({ tokenVersion: 1 }), anEvent()];
    const look = (actor: StockDecision['actor']): EventDecision => ({
      ...about(event.id, (now) => {
        throw now.actor;
      }),
      actor,
    });
    const asks = [refOf(user), refOf({ ...moved, tokenVersion: 0 }), refOf(aUser()), 'anonymous', 'operator'] as const;
    const rows = { events: [event], bookings: [], ...NO_LIMITS, actors: new Map([user, moved].map((row) => [row.id, row])) };
    const { outcomes } = settle(asks.map(look), rows, AT);
    expect(outcomes.map((outcome) => !outcome.done && outcome.error)).toEqual([user, 'stale', 'stale', 'anonymous', 'operator']);
  });
});

describe('the ledger', () => {
  it('says why stock moved', () => {
    const event = anEvent();
    const opened = anEvent({ stockVersion: 0 });
    const of = { id: 'b1', eventId: event.id };
    const decisions = [
      about(opened.id, () => opened),
      book(event.id, 'b1', 2),
      setStatus(of, 'pending'),
      setStatus(of, 'cancelled'),
      setStatus(of, 'confirmed'),
      resize(event.id, 12),
      remove(of),
      close(event.id),
    ];
    const { writes } = settle(decisions, { events: [event], bookings: [], ...NO_LIMITS }, AT);
    expect(writes.movements.map(({ reason, delta, stockVersion }) => [reason, delta, stockVersion])).toEqual([
      ['opened', 10, 1],
      ['booked', -2, 2],
      ['cancelled', 2, 3],
      ['reinstated', -2, 4],
      ['resized', 2, 5],
      ['deleted', 2, 6],
      ['closed', -12, 7],
    ]);
  });

  it('has no line for what moves no stock', () => {
    const [event, empty] = [anEvent(), anEvent({ totalTickets: 0 })];
    const cancelled = aBooking({ eventId: event.id, status: 'cancelled' });
    const pending = aBooking({ eventId: event.id, status: 'pending', quantity: 0 });
    const decisions = [remove(cancelled), setStatus(pending, 'confirmed'), about(empty.id, () => undefined)];
    const { outcomes, writes } = settle(decisions, { events: [event, empty], bookings: [cancelled, pending], ...NO_LIMITS }, AT);
    expect(outcomes.map(code)).toEqual(['done', 'done', 'done']);
    expect(writes).toEqual({
      ...NOTHING,
      deletedBookings: [cancelled],
      changedBookings: [{ ...pending, status: 'confirmed', version: 2 }],
      deletedEvents: [empty],
    });
  });
});

describe('the version of a row', () => {
  const rename = (eventId: string, name: string, version: number) =>
    about(eventId, ({ event }) => {
      requireVersion({ actor: 'operator', ifVersion: [version] }, event ?? gone());
      return changedEvent(event ?? gone(), { name }, AT);
    });

  it('is raised by each edit of the batch and by no sale, so of two edits that name one version one is done', () => {
    const event = anEvent({ version: 4 });
    const decisions = [
      ...[rename(event.id, 'Blues', 4), book(event.id, 'b1', 1), rename(event.id, 'Soul', 4)],
      ...[rename(event.id, 'Funk', 5), resize(event.id, 20)],
    ];
    const { outcomes, writes } = settle(decisions, { events: [event], bookings: [], ...NO_LIMITS }, AT);
    expect(outcomes.map(code)).toEqual(['done', 'done', 'version_changed', 'done', 'done']);
    expect(outcomes.map((outcome) => outcome.done && outcome.value?.version)).toEqual([5, 1, false, 6, 7]);
    expect(writes.changedEvents).toMatchObject([{ before: event, after: { name: 'Funk', totalTickets: 20, version: 7 }, edited: true }]);
  });

  it('is raised by each change of a booking, whatever the decision says, and stays where nothing changes', () => {
    const event = anEvent();
    const row = aBooking({ eventId: event.id, version: 2 });
    const lying = booking(event.id, row.id, ({ booking: now }) => ({ ...(now ?? gone()), status: 'confirmed', version: 99 }));
    const decisions = [setStatus(row, 'pending'), setStatus(row, 'pending'), lying];
    const { outcomes, writes } = settle(decisions, { events: [event], bookings: [row], ...NO_LIMITS }, AT);
    expect(outcomes.map((outcome) => outcome.done && outcome.value?.version)).toEqual([3, 3, 4]);
    expect(writes.changedBookings).toEqual([{ ...row, version: 4 }]);
    expect(writes.changedEvents).toEqual([]);
  });

  it('is 1 in a new row', () => {
    const [event, fresh] = [anEvent(), anEvent({ version: 9 })];
    const later = booking(event.id, undefined, ({ event: sold }) => ({
      ...newBooking(sold ?? gone(), { id: 'b1', userId: 'u1', quantity: 1, now: NOW }),
      version: 2,
    }));
    const { outcomes, writes } = settle([about(fresh.id, () => fresh), later], { events: [event], bookings: [], ...NO_LIMITS }, AT);
    expect(writes.insertedEvents[0]?.version).toBe(1);
    expect(outcomes.map(code)).toEqual(['done', 'Error: broken promise: a new booking has version 1']);
  });
});

describe('the tickets that the owner holds', () => {
  /** Throws the number that the decision is told. */
  const look = (eventId: string | undefined, bookingId?: string, actor: StockDecision['actor'] = 'operator') => ({
    ...booking(eventId ?? '', bookingId, ({ heldByOwner }) => {
      throw heldByOwner;
    }),
    eventId,
    actor,
  });
  const told = (outcomes: readonly Outcome[]) => outcomes.flatMap((outcome) => (outcome.done ? [] : [outcome.error]));

  it('are those of the event alone, of the booking’s owner or of the actor who books', () => {
    const event = anEvent();
    const of = aBooking({ eventId: event.id, userId: 'u1' });
    const holdings = [
      { userId: 'u1', eventId: event.id, tickets: 2 },
      { userId: 'u1', eventId: 'elsewhere', tickets: 7 },
      { userId: 'u2', eventId: event.id, tickets: 5 },
    ];
    const u2 = { userId: 'u2', role: 'admin' } as const;
    const decisions = [look(event.id, of.id, u2), look(event.id, undefined, u2), look(event.id, undefined, { ...u2, userId: 'u3' })];
    const { outcomes } = settle(
      [...decisions, look(event.id), look(undefined, of.id)],
      { events: [event], bookings: [of], ...NO_LIMITS, holdings },
      AT,
    );
    expect(told(outcomes)).toEqual([2, 5, 0, 0, 0]);
  });

  it('follow every movement of the batch', () => {
    const event = anEvent();
    const of = { id: 'b1', eventId: event.id };
    const rows = { events: [event], bookings: [], ...NO_LIMITS, holdings: [{ userId: 'u1', eventId: event.id, tickets: 1 }] };
    const user = { userId: 'u1', role: 'user' } as const;
    const decisions = [
      ...[book(event.id, 'b1', 2), look(event.id, undefined, user), book(event.id, 'b2', 3), look(event.id, 'b1')],
      ...[setStatus(of, 'cancelled'), look(event.id, 'b1'), setStatus(of, 'confirmed'), remove(of), look(event.id, 'b2')],
    ];
    expect(told(settle(decisions, rows, AT).outcomes)).toEqual([3, 6, 4, 4]);
  });

  it('are not counted where nothing limits them', () => {
    const event = anEvent();
    expect(told(settle([look(event.id)], { events: [event], bookings: [], ...NO_LIMITS }, AT).outcomes)).toEqual(['not_counted']);
  });
});

describe('a limit on changes', () => {
  it('counts what changes a booking, after all other refusals', () => {
    const event = anEvent();
    const user = aUser();
    const of = aBooking({ eventId: event.id, userId: user.id, bookingDate: new Date(0) });
    const asked = (decision: BookingDecision): BookingDecision => ({ ...decision, actor: refOf(user) });
    const decisions = [
      asked(setStatus(of, 'confirmed')),
      asked(book(event.id, 'b1', 99)),
      asked(setStatus(of, 'pending')),
      asked(setStatus(of, 'cancelled')),
      asked(remove(of)),
      remove(of),
    ];
    const rows = { ...NO_LIMITS, actors: new Map([[user.id, user]]), budget: { changesMax: 2, recent: [] } };
    const { outcomes, writes } = settle(decisions, { events: [{ ...event, availableTickets: 8 }], bookings: [of], ...rows }, AT);
    expect(outcomes.map(code)).toEqual(['done', 'insufficient_tickets', 'done', 'done', 'too_many_booking_changes', 'done']);
    expect(writes.changeCounts).toMatchObject([{ count: 2 }]);
  });
});

describe('a key', () => {
  it('gives the first answer again, from before the batch or from the batch, and decides nothing', () => {
    const event = anEvent();
    const key = { value: 'k', kind: 'book_tickets', fingerprint: 'f', allow: () => {} };
    const stored = { owner: 'operator', key: 'old', kind: 'book_tickets', fingerprint: 'f', answer: aBooking() };
    const decisions = [
      { ...book(event.id, 'b1', 2), key },
      { ...book(event.id, 'b2', 2), key },
      { ...book(event.id, 'b3', 2), key: { ...key, value: 'old' } },
    ];
    const { outcomes, writes } = settle(decisions, { events: [event], bookings: [], ...NO_LIMITS, idempotencyRecords: [stored] }, AT);
    const [made] = writes.insertedBookings;
    expect(outcomes).toEqual([
      { done: true, value: made, replayed: false },
      { done: true, value: made, replayed: true },
      { done: true, value: stored.answer, replayed: true },
    ]);
    expect(writes.insertedBookings).toHaveLength(1);
    expect(writes.idempotencyRecords).toEqual([{ owner: 'operator', key: 'k', kind: 'book_tickets', fingerprint: 'f', answer: made }]);
  });

  it('keeps no answer for a deletion', () => {
    const event = anEvent();
    const key = { value: 'k', kind: 'delete_event', fingerprint: 'f', allow: () => {} };
    const { outcomes, writes } = settle([{ ...close(event.id), key }], { events: [event], bookings: [], ...NO_LIMITS }, AT);
    expect([outcomes, writes.idempotencyRecords]).toEqual([[{ done: true, value: undefined, replayed: false }], []]);
  });
});

describe('a decision', () => {
  const fickle = (decide: () => Event | Booking | undefined) => {
    let runs = 0;
    return { decide: () => (runs++ === 0 ? decide() : undefined) as never, runs: () => runs };
  };
  const setUp = () => {
    const event = anEvent();
    const [ofEvent, ofBooking] = [fickle(() => ({ ...event, name: 'Blues' })), fickle(() => aBooking({ eventId: event.id }))];
    const decisions = [about(event.id, ofEvent.decide), booking(event.id, undefined, ofBooking.decide)];
    const settled = (options?: { runsTwice: boolean }) => settle(decisions, { events: [event], bookings: [], ...NO_LIMITS }, AT, options);
    return { settled, runs: () => [ofEvent.runs(), ofBooking.runs()] };
  };

  it('runs once, unless it is to be tried twice', () => {
    const { settled, runs } = setUp();
    expect(settled().outcomes.map(code)).toEqual(['done', 'done']);
    expect(runs()).toEqual([1, 1]);
  });

  it('fails when it is tried twice and returns something else', () => {
    const { settled, runs } = setUp();
    const { outcomes, writes } = settled({ runsTwice: true });
    expect(outcomes.map(code)).toEqual(times(2, () => expect.stringContaining('the same when it runs again')));
    expect([writes, runs()]).toEqual([NOTHING, [2, 2]]);
  });

  it('gets frozen rows, so it cannot change them for others', () => {
    const event = anEvent();
    const write = about(event.id, ({ event: now }) => Object.assign(now ?? gone(), { name: 'Blues' }));
    const { outcomes, writes } = settle([write], { events: [event], bookings: [], ...NO_LIMITS }, AT);
    expect(outcomes.map(code)).toEqual([expect.stringContaining('read only property')]);
    expect([writes, event.name]).toEqual([NOTHING, 'Jazz on the River']);
  });
});

describe('a broken promise', () => {
  const ofEvent = anEvent({ availableTickets: 8 });
  const [stored, elsewhere] = [aBooking({ eventId: ofEvent.id }), aBooking()];
  const cases: readonly (readonly [promise: string, decision: StockDecision])[] = [
    ['an event is deleted only while no booking holds tickets', about(ofEvent.id, () => undefined)],
    ['a decision on an event returns that event', about(ofEvent.id, () => anEvent())],
    ['a new event has all its tickets', about('e9', () => anEvent({ id: 'e9', availableTickets: 9 }))],
    ['a decision is synchronous, and returns a row or undefined', about(ofEvent.id, () => Promise.resolve() as never)],
    ['a decision is synchronous, and returns a row or undefined', booking(ofEvent.id, undefined, () => Promise.resolve() as never)],
    ['a reservation returns its booking', booking(ofEvent.id, undefined, () => undefined)],
    ['a booking belongs to the event that is locked for it', booking(ofEvent.id, undefined, () => aBooking())],
    ['a booking belongs to the event that is locked for it', booking('nowhere', undefined, () => aBooking({ eventId: 'nowhere' }))],
    ['a booking belongs to the event that is locked for it', booking('nowhere', 'nothing', () => aBooking({ eventId: 'nowhere' }))],
    ['a booking belongs to the event that is locked for it', booking(ofEvent.id, elsewhere.id, () => undefined)],
    ['a booking that is not there is not changed', booking(ofEvent.id, 'nothing', () => aBooking({ eventId: ofEvent.id }))],
    ['a new booking has an id of its own', booking(ofEvent.id, undefined, () => aBooking({ eventId: ofEvent.id, id: stored.id }))],
    ['a booking keeps its quantity', booking(ofEvent.id, stored.id, () => ({ ...stored, quantity: 1 }))],
  ];

  it.each(cases)('"%s" fails alone, and stores nothing', (promise, decision) => {
    const { outcomes, writes } = settle([decision], { events: [ofEvent], bookings: [stored, elsewhere], ...NO_LIMITS }, AT);
    expect(outcomes.map(code)).toEqual([`Error: broken promise: ${promise}`]);
    expect(writes).toEqual(NOTHING);
  });

  it('is to give back more than was taken', () => {
    const event = anEvent({ availableTickets: 9 });
    const of = aBooking({ eventId: event.id, quantity: 2 });
    const { outcomes, writes } = settle([remove(of)], { events: [event], bookings: [of], ...NO_LIMITS }, AT);
    expect(outcomes.map(code)).toEqual(['Error: broken promise: no more tickets come back than were taken']);
    expect(writes).toEqual(NOTHING);
  });
});

describe('any decisions', () => {
  interface Stored {
    readonly events: readonly Event[];
    readonly bookings: readonly Booking[];
    readonly ledger: readonly StockMovement[];
  }
  /** What a database does with writes: the rows they name, and no others. */
  function stored({ events, bookings, ledger }: Stored, writes: Writes): Stored {
    const without = <Row extends { readonly id: string }>(rows: readonly Row[], ...lists: (readonly { readonly id: string }[])[]) =>
      rows.filter(({ id }) => !lists.flat().some((other) => other.id === id));
    const after = writes.changedEvents.map((change) => change.after);
    const kept = without(bookings, writes.deletedBookings, writes.changedBookings);
    return {
      events: [...without(events, after, writes.deletedEvents), ...after, ...writes.insertedEvents].toSorted((one, other) =>
        one.id < other.id ? -1 : 1,
      ),
      bookings: [...kept, ...writes.changedBookings, ...writes.insertedBookings].toSorted((one, other) => (one.id < other.id ? -1 : 1)),
      ledger: [...ledger, ...writes.movements],
    };
  }
  const settled = (decisions: readonly StockDecision[], now: Stored) => {
    const { outcomes, writes } = settle(decisions, { ...now, ...NO_LIMITS }, AT);
    return { outcomes, now: stored(now, writes), writes };
  };

  const eventIds = ['e1', 'e2', 'e3'];
  const eventId = fc.constantFrom(...eventIds);
  const bookingOf = fc.record({ id: fc.nat(7).map((number) => `b${number}`), eventId });
  const total = fc.integer({ min: 1, max: 9 });
  const decision: fc.Arbitrary<(index: number) => StockDecision> = fc.oneof(
    total.map(
      (totalTickets) => (index: number) =>
        about(`e${9 + index}`, () => anEvent({ id: `e${9 + index}`, totalTickets, stockVersion: 0, organizerId: 'u1' })),
    ),
    fc.tuple(eventId, total).map(
      ([id, quantity]) =>
        (index: number) =>
          book(id, `b${index}`, quantity),
    ),
    fc.tuple(bookingOf, fc.constantFrom(...BOOKING_STATUSES)).map(
      ([of, status]) =>
        () =>
          setStatus(of, status),
    ),
    bookingOf.map((of) => () => remove(of)),
    fc.tuple(eventId, total).map(
      ([id, to]) =>
        () =>
          resize(id, to),
    ),
    eventId.map((id) => () => close(id)),
  );
  const story = fc.array(decision, { maxLength: 30 }).map((makers) => makers.map((make, index) => make(index)));
  const opening: Stored = {
    events: eventIds.map((id) => anEvent({ id, totalTickets: 8, organizerId: 'u1' })),
    bookings: [],
    ledger: eventIds.map((id) => ({ eventId: id, stockVersion: 1, bookingId: null, delta: 8, availableAfter: 8, reason: 'opened', at: AT })),
  };

  it('come to the same whether they are decided together or one by one', () => {
    fc.assert(
      fc.property(story, fc.nat(30), (decisions, cut) => {
        const before = settled(decisions.slice(0, cut), opening).now;
        const rest = decisions.slice(cut);
        const together = settled(rest, before);
        let oneByOne = before;
        const codes: string[] = [];
        for (const each of rest) {
          const { outcomes, now } = settled([each], oneByOne);
          codes.push(...outcomes.map(code));
          oneByOne = now;
        }
        expect(together.outcomes.map(code)).toEqual(codes);
        expect(together.now).toEqual(oneByOne);
      }),
    );
  });

  it('conserve tickets, and the ledger adds up', () => {
    fc.assert(
      fc.property(story, (decisions) => {
        const { events, bookings, ledger } = settled(decisions, opening).now;
        for (const id of new Set(ledger.map((line) => line.eventId))) {
          const event = events.find((row) => row.id === id);
          const lines = ledger.filter((line) => line.eventId === id);
          const held = bookings.filter((row) => row.eventId === id).reduce((sum, row) => sum + heldBy(row), 0);
          expect(lines.reduce((sum, { delta }) => sum + delta, 0)).toBe(event?.availableTickets ?? 0);
          expect((event?.availableTickets ?? 0) + held).toBe(event?.totalTickets ?? 0);
          if (event !== undefined) expect(lines.at(-1)?.stockVersion).toBe(event.stockVersion);
          for (const { availableAfter, delta } of lines) expect([availableAfter >= 0, delta !== 0]).toEqual([true, true]);
        }
        for (const row of bookings) {
          const moved = ledger.filter(({ bookingId }) => bookingId === row.id).reduce((sum, { delta }) => sum + delta, 0);
          expect(moved + heldBy(row)).toBe(0);
        }
      }),
    );
  });

  it('write each row once', () => {
    fc.assert(
      fc.property(story, fc.nat(30), (decisions, cut) => {
        const before = settled(decisions.slice(0, cut), opening).now;
        const { writes } = settled(decisions.slice(cut), before);
        const { insertedEvents, changedEvents, deletedEvents, insertedBookings, changedBookings, deletedBookings } = writes;
        const names = [...insertedEvents, ...changedEvents.map(({ after }) => after), ...deletedEvents].map(({ id }) => id);
        const bookingNames = [...insertedBookings, ...changedBookings, ...deletedBookings].map(({ id }) => id);
        expect([new Set(names).size, new Set(bookingNames).size]).toEqual([names.length, bookingNames.length]);
      }),
    );
  });
});
