import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../accounts/user.ts';
import { type Booking, newBooking } from '../stock/booking.ts';
import { type Event, heldTickets } from '../stock/event.ts';
import { aBooking, anEvent, anId, NOW } from './builders.ts';
import { answerOf, answersOf, OPERATOR, type Rows, rowsOf, type Store } from './store.ts';

interface Scene {
  readonly event: Event;
  readonly user: User;
  /** Four tickets of the ten. */
  readonly booking: Booking;
}

/** A decision that returns a row that no decision may return. The compiler would refuse some of them, but JavaScript runs them. */
type Lie = (scene: Scene) => unknown;

const OF_BOOKINGS: Readonly<Record<string, readonly [promise: string, lie: Lie]>> = {
  'fewer tickets': ['keeps its quantity', ({ booking }) => ({ ...booking, quantity: 1 })],
  'fewer tickets, cancelled': ['keeps its quantity', ({ booking }) => ({ ...booking, quantity: 1, status: 'cancelled' })],
  'less than no tickets': ['keeps its quantity', ({ booking }) => ({ ...booking, quantity: -3 })],
  'another id': ['returns that booking', ({ booking }) => ({ ...booking, id: anId() })],
  'another event': ['event that is locked', ({ booking }) => ({ ...booking, eventId: anId() })],
  'another user': ['keeps its user', ({ booking, event }) => ({ ...booking, userId: event.organizerId })],
  'another price': ['keeps its price', ({ booking }) => ({ ...booking, totalPriceCents: 0 })],
  'another date': ['keeps its date', ({ booking }) => ({ ...booking, bookingDate: new Date(0) })],
  'a status that there is none': ['one of the three statuses', ({ booking }) => ({ ...booking, status: 'paid' })],
  'a promise': ['synchronous', ({ booking }) => Promise.resolve(booking)],
};

const OF_NEW_BOOKINGS: Readonly<Record<string, readonly [promise: string, lie: Lie]>> = {
  'less than no tickets': ['is a count', ({ event, user }) => aBooking({ eventId: event.id, userId: user.id, quantity: -3 })],
  'half a ticket': ['is a count', ({ event, user }) => aBooking({ eventId: event.id, userId: user.id, quantity: 0.5 })],
  'no ticket': ['is a count', ({ event, user }) => aBooking({ eventId: event.id, userId: user.id, quantity: 0 })],
  'more than any event has, cancelled': [
    'is a count',
    ({ event, user }) => aBooking({ eventId: event.id, userId: user.id, quantity: 2 ** 60, status: 'cancelled' }),
  ],
  'a price that is no number': ['whole cents', ({ event, user }) => aBooking({ eventId: event.id, userId: user.id, totalPriceCents: Number.NaN })],
  'no date': ['has a date', ({ event, user }) => aBooking({ eventId: event.id, userId: user.id, bookingDate: new Date(Number.NaN) })],
  'a booking of another event': ['event that is locked', ({ user }) => aBooking({ eventId: anId(), userId: user.id })],
  nothing: ['returns its booking', () => undefined],
  'a promise': ['synchronous', ({ event, user }) => Promise.resolve(aBooking({ eventId: event.id, userId: user.id }))],
};

const OF_EVENTS: Readonly<Record<string, readonly [promise: string, lie: Lie]>> = {
  'one ticket more in stock': ['moves no ticket', ({ event }) => ({ ...event, availableTickets: event.availableTickets + 1 })],
  'a ticket less in stock': ['moves no ticket', ({ event }) => ({ ...event, availableTickets: event.availableTickets - 1 })],
  'fewer tickets, and the stock as it was': ['moves no ticket', ({ event }) => ({ ...event, totalTickets: 7 })],
  'fewer tickets than are held': [
    'no more tickets are held',
    ({ event }) => ({ ...event, totalTickets: 3, availableTickets: 3 - heldTickets(event) }),
  ],
  'half a ticket more': ['is a count', ({ event }) => ({ ...event, totalTickets: 10.5, availableTickets: event.availableTickets + 0.5 })],
  'another id': ['returns that event', ({ event }) => ({ ...event, id: anId() })],
  'another organizer': ['keeps its organizer', ({ event, user }) => ({ ...event, organizerId: user.id })],
  'a promise': ['synchronous', ({ event }) => Promise.resolve(event)],
};

/** Tests that no decision can create or lose a ticket, whatever it returns. All tests share one store, so each uses its own rows. */
export function brokenDecisionsContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} believes no decision`, () => {
    let store: Store;
    let rows: Rows;
    beforeAll(async () => {
      store = await open();
      rows = rowsOf(store.ports, store.fresh);
    });
    afterAll(() => store.close());

    async function scene(): Promise<Scene> {
      const made = await rows.event({ totalTickets: 10 });
      const user = await rows.user();
      const booking = await rows.book(made, { userId: user.id, quantity: 4 });
      return { event: (await rows.eventRow(made)) ?? made, user, booking };
    }

    /** Two other decisions of the same batch book one ticket each. Only these two are stored. */
    async function expectRefused({ event, user, booking }: Scene, promise: string, lie: () => Promise<unknown>): Promise<void> {
      const book = () => rows.book(event, { userId: user.id });
      const [before, told, behind] = await answersOf([book(), lie(), book()]);
      expect([before, behind]).toEqual(['done', 'done']);
      expect(told).toMatch(new RegExp(`broken promise: .*(${promise})`));
      expect((await rows.bookingRows(user.id)).map(({ quantity }) => quantity).toSorted()).toEqual([1, 1, 4]);
      expect((await rows.bookingRows(user.id)).find(({ id }) => id === booking.id)).toEqual(booking);
      expect(await rows.eventRow(event)).toEqual({ ...event, availableTickets: 4, stockVersion: 4 });
      expect((await store.movements(event.id)).map(({ delta }) => delta)).toEqual([10, -4, -1, -1]);
    }

    it.each(Object.keys(OF_BOOKINGS))('a change of a booking that returns %s', async (what) => {
      const [promise, lie] = OF_BOOKINGS[what] ?? [what, () => undefined];
      const set = await scene();
      await expectRefused(set, promise, () => store.ports.bookings.change(set.booking.id, OPERATOR, () => lie(set) as Booking));
    });

    it.each(Object.keys(OF_NEW_BOOKINGS))('a new booking that is %s', async (what) => {
      const [promise, lie] = OF_NEW_BOOKINGS[what] ?? [what, () => undefined];
      const set = await scene();
      await expectRefused(set, promise, () => store.ports.events.reserveTickets(set.event.id, OPERATOR, () => lie(set) as Booking));
    });

    it('a new booking under the id of one that is decided with it', async () => {
      const set = await scene();
      const id = anId();
      const book = (quantity: number) =>
        answerOf(
          store.ports.events.reserveTickets(set.event.id, OPERATOR, ({ event }) =>
            newBooking(event ?? set.event, { id, userId: set.user.id, quantity, now: NOW }),
          ),
        );
      const told = await Promise.all([book(1), book(2)]);
      expect(told[0]).toBe('done');
      expect(told[1]).toContain('an id of its own');
      expect((await rows.bookingRows(set.user.id)).map(({ quantity }) => quantity).toSorted()).toEqual([1, 4]);
      expect(await rows.available(set.event)).toBe(5);
    });

    it.each(['the same event', 'another event'])('a new booking under the id of one of %s that is stored', async (whose) => {
      const set = await scene();
      const event = whose === 'another event' ? await rows.event({ totalTickets: 10 }) : set.event;
      const neighbour = { userId: (await rows.user()).id, quantity: 1 };
      const told = await answersOf([
        rows.book(event, neighbour),
        rows.book(event, { userId: set.user.id, quantity: 2, id: set.booking.id }),
        rows.book(event, neighbour),
      ]);
      expect([told[0], told[2]]).toEqual(['done', 'done']);
      expect(told[1]).toContain('an id of its own');
      expect(await rows.bookingRows(set.user.id)).toEqual([set.booking]);
      expect(await rows.available(event)).toBe(event === set.event ? 4 : 8);
    });

    it('a booking that is made where there was none to change', async () => {
      const { event, user } = await scene();
      await expect(store.ports.bookings.change(anId(), OPERATOR, () => aBooking({ eventId: event.id, userId: user.id }))).rejects.toThrow();
      expect([await rows.available(event), (await rows.bookingRows(user.id)).length]).toEqual([6, 1]);
    });

    it.each(Object.keys(OF_EVENTS))('an edit of an event that returns %s', async (what) => {
      const [promise, lie] = OF_EVENTS[what] ?? [what, () => undefined];
      const set = await scene();
      await expectRefused(set, promise, () =>
        store.ports.events.change(set.event.id, OPERATOR, ({ event }) => lie({ ...set, event: event ?? set.event }) as Event),
      );
    });

    it('a new event with more tickets in stock than it has', async () => {
      const { id: organizerId } = await rows.user({ role: 'admin' });
      const event = anEvent({ organizerId, totalTickets: 10, availableTickets: 11 });
      await expect(store.ports.events.change(event.id, OPERATOR, () => event)).rejects.toThrow('all its tickets');
      expect(await rows.eventRow(event)).toBeUndefined();
    });

    it('a decision that writes into the rows it was given', async () => {
      const set = await scene();
      const write = (row: object | undefined, values: object) => Object.assign(row ?? {}, values);
      const told = await answersOf([
        store.ports.events.change(set.event.id, OPERATOR, ({ event }) => write(event, { availableTickets: 10 }) as Event),
        store.ports.bookings.change(set.booking.id, OPERATOR, ({ booking }) => write(booking, { quantity: 1 }) as Booking),
      ]);
      expect(told).toEqual([expect.stringContaining('read only'), expect.stringContaining('read only')]);
      expect(await rows.bookingRows(set.user.id)).toEqual([set.booking]);
      expect(await rows.eventRow(set.event)).toEqual(set.event);
    });
  });
}
