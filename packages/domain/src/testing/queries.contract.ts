import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../accounts/user.ts';
import type { Cursor, PageRequest, PageRows } from '../requests/ports.ts';
import type { Booking } from '../stock/booking.ts';
import type { Event } from '../stock/event.ts';
import { anId } from './builders.ts';
import { type Rows, rowsOf, type Store, times } from './store.ts';

const ALL: PageRequest = { offset: 0, limit: 1000 };
const DAY = 24 * 60 * 60 * 1000;
const day = (number: number): Date => new Date(Date.UTC(2031, 0, 1, 8, 30, 0, 123) + number * DAY);

/** What every EventQueries, BookingQueries and UserQueries promises. The tests compare whole lists, so each `describe` has its own store. */
export function queriesContract(name: string, open: () => Promise<Store>, { hasAccounts = true } = {}): void {
  const personOf = ({ id, name: called, email }: User) => (hasAccounts ? { id, name: called, email } : undefined);
  const withStore = (fill: (rows: Rows) => Promise<void>): (() => Store) => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
      await fill(rowsOf(store.ports));
    });
    afterAll(() => store.close());
    return () => store;
  };

  /** Walks a list by its key, `limit` rows at a time. */
  async function walked<Row>(limit: number, list: (part: PageRequest) => Promise<PageRows<Row>>, position: (row: Row) => Cursor): Promise<Row[]> {
    const seen: Row[] = [];
    for (let part = await list({ offset: 0, limit }); ; ) {
      seen.push(...part.rows);
      const last = part.rows.at(-1);
      if (!part.isMore || last === undefined) return seen;
      part = await list({ after: position(last), offset: 0, limit });
    }
  }

  describe(`${name} keeps the promises of EventQueries`, () => {
    const events: Event[] = [];
    let organizer: User;
    const store = withStore(async (rows) => {
      organizer = await rows.user({ role: 'admin', name: 'Ibu Ani' });
      // The list has another order than creation and ids, and several events have the same day.
      for (const number of [3, 1, 2, 3, 1, 2, 3]) events.push(await rows.event({ organizerId: organizer.id, eventDate: day(number) }));
      events.sort((one, other) => one.eventDate.getTime() - other.eventDate.getTime() || (one.id < other.id ? -1 : 1));
    });
    const queries = () => store().ports.eventQueries;
    const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

    it('finds an event with its organizer', async () => {
      const [event] = events;
      expect(await queries().find(event?.id ?? '')).toEqual({ ...event, organizer: personOf(organizer) });
    });

    it('finds nothing under an id that no event has', async () => {
      expect(await queries().find(anId())).toBeUndefined();
    });

    it('lists by event date, then id, each with its organizer', async () => {
      expect((await queries().list(ALL)).rows).toEqual(events.map((event) => ({ ...event, organizer: personOf(organizer) })));
    });

    it('goes on behind a row, also among rows of the same date', async () => {
      for (const [index, { id, eventDate: at }] of events.entries()) {
        expect(ids((await queries().list({ after: { at, id }, offset: 0, limit: 3 })).rows)).toEqual(ids(events.slice(index + 1, index + 4)));
      }
    });

    it('goes on behind a row that has been deleted since', async () => {
      const after = { at: day(2), id: anId() }; // sorts behind all rows that exist
      expect(ids((await queries().list({ after, offset: 0, limit: 10 })).rows)).toEqual(ids(events.slice(4)));
    });

    it('shows each row once when it is walked', async () => {
      for (const limit of [1, 2, 3, 7, 8]) {
        const seen = await walked(limit, queries().list.bind(queries()), ({ id, eventDate: at }) => ({ at, id }));
        expect(ids(seen)).toEqual(ids(events));
      }
    });

    it('leaves out `offset` rows and stops at `limit`', async () => {
      expect(ids((await queries().list({ offset: 2, limit: 3 })).rows)).toEqual(ids(events.slice(2, 5)));
      expect(ids((await queries().list({ offset: 6, limit: 3 })).rows)).toEqual(ids(events.slice(6)));
      expect((await queries().list({ offset: 7, limit: 3 })).rows).toEqual([]);
      expect((await queries().list({ offset: Number.MAX_SAFE_INTEGER, limit: 3 })).rows).toEqual([]);
    });

    it('counts', async () => {
      expect(await queries().count()).toBe(7);
    });

    it('answers identical questions at once alike', async () => {
      const answers = await Promise.all(times(20, () => queries().list({ offset: 0, limit: 2 })));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    });

    it('shows what was stored before it was asked, every time', async () => {
      const rows = rowsOf(store().ports);
      const event = await rows.event({ organizerId: organizer.id, totalTickets: 10, eventDate: day(9) });
      for (const left of [9, 8, 7, 6, 5]) {
        const [, booked] = await Promise.all([queries().find(event.id), rows.book(event, { userId: organizer.id })]);
        const [found, list] = await Promise.all([queries().find(event.id), queries().list(ALL)]);
        expect([found?.availableTickets, list.rows.find(({ id }) => id === event.id)?.availableTickets]).toEqual([left, left]);
        expect(await store().ports.bookingQueries.find(booked.id)).toMatchObject(booked);
      }
      for (const { id } of await rows.bookingRows(organizer.id)) await rows.deleteBooking({ id });
      await rows.deleteEvent(event);
      expect([await queries().find(event.id), await queries().count()]).toEqual([undefined, 7]);
    });
  });

  describe(`${name} keeps the promises of BookingQueries`, () => {
    const bookings: Booking[] = [];
    let event: Event;
    let sari: User;
    let budi: User;
    const store = withStore(async (rows) => {
      event = await rows.event({ totalTickets: 100 });
      sari = await rows.user({ name: 'Sari' });
      budi = await rows.user({ name: 'Budi' });
      for (const [index, number] of [2, 3, 1, 2, 3, 1, 2, 3, 1].entries()) {
        bookings.push(await rows.book(event, { userId: index % 3 === 0 ? budi.id : sari.id, quantity: index + 1, now: day(number) }));
      }
      bookings[4] = await rows.setStatus(bookings[4] ?? { id: '' }, 'cancelled');
      bookings[5] = await rows.setStatus(bookings[5] ?? { id: '' }, 'pending');
      bookings.sort((one, other) => other.bookingDate.getTime() - one.bookingDate.getTime() || (one.id < other.id ? 1 : -1));
    });
    const queries = () => store().ports.bookingQueries;
    const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
    const sarisOwn = () => bookings.filter(({ userId }) => userId === sari.id);
    const viewOf = (booking: Booking) => {
      const { id: eventId, name: title, location, eventDate } = event;
      return { ...booking, user: personOf(booking.userId === sari.id ? sari : budi), event: { id: eventId, name: title, location, eventDate } };
    };

    it('finds a booking with who booked and for what', async () => {
      for (const booking of bookings.slice(0, 3)) expect(await queries().find(booking.id)).toEqual(viewOf(booking));
    });

    it('finds nothing under an id that no booking has', async () => {
      expect(await queries().find(anId())).toBeUndefined();
    });

    it('lists newest first, by date, then id, with who booked and for what', async () => {
      expect((await queries().list(ALL)).rows).toEqual(bookings.map(viewOf));
    });

    it("lists one user's alone", async () => {
      expect((await queries().list({ ...ALL, userId: sari.id })).rows).toEqual(sarisOwn().map(viewOf));
      expect((await queries().list({ ...ALL, userId: anId() })).rows).toEqual([]);
    });

    it('goes on behind a row, also among rows of the same date', async () => {
      for (const [index, { id, bookingDate: at }] of bookings.entries()) {
        expect(ids((await queries().list({ after: { at, id }, offset: 0, limit: 4 })).rows)).toEqual(ids(bookings.slice(index + 1, index + 5)));
      }
    });

    it('shows each row once when it is walked, of all and of one user', async () => {
      const position = ({ id, bookingDate: at }: Booking) => ({ at, id });
      for (const limit of [1, 2, 4, 9]) {
        expect(ids(await walked(limit, (part) => queries().list(part), position))).toEqual(ids(bookings));
        expect(ids(await walked(limit, (part) => queries().list({ ...part, userId: sari.id }), position))).toEqual(ids(sarisOwn()));
      }
    });

    it('leaves out `offset` rows and stops at `limit`, of all and of one user', async () => {
      expect(ids((await queries().list({ offset: 3, limit: 2 })).rows)).toEqual(ids(bookings.slice(3, 5)));
      expect(ids((await queries().list({ offset: 1, limit: 3, userId: sari.id })).rows)).toEqual(ids(sarisOwn().slice(1, 4)));
      expect((await queries().list({ offset: 9, limit: 3 })).rows).toEqual([]);
    });

    it("counts all, or one user's", async () => {
      expect([await queries().count({}), await queries().count({ userId: sari.id }), await queries().count({ userId: anId() })]).toEqual([9, 6, 0]);
    });

    it('counts no further than it is asked to', async () => {
      const own = (upTo: number) => queries().count({ userId: sari.id, upTo });
      expect([await own(7), await own(6), await own(4)]).toEqual([6, 6, 5]);
    });

    it("keeps one user's answer from another who comes at once", async () => {
      const answers = await Promise.all(times(10, (index) => queries().list({ ...ALL, userId: index % 2 === 0 ? sari.id : budi.id })));
      for (const [index, answer] of answers.entries()) {
        expect(new Set(answer.rows.map(({ userId }) => userId))).toEqual(new Set([index % 2 === 0 ? sari.id : budi.id]));
      }
    });
  });

  describe(`${name} keeps the promises of UserQueries`, () => {
    const users: User[] = [];
    const store = withStore(async (rows) => {
      for (const number of [2, 3, 1, 2, 3]) users.push(await rows.user({ createdAt: day(number), role: number === 1 ? 'admin' : 'user' }));
      users.sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime() || (one.id < other.id ? -1 : 1));
    });
    const queries = () => store().ports.userQueries;

    it('lists by creation, then id, without passwords', async () => {
      expect((await queries().list(ALL)).rows).toEqual(users);
    });

    it('goes on behind a row, also among rows of the same moment', async () => {
      for (const [index, { id, createdAt: at }] of users.entries()) {
        expect((await queries().list({ after: { at, id }, offset: 0, limit: 2 })).rows).toEqual(users.slice(index + 1, index + 3));
      }
      expect(
        await walked(
          2,
          (part) => queries().list(part),
          ({ id, createdAt: at }) => ({ at, id }),
        ),
      ).toEqual(users);
    });

    it('leaves out `offset` rows and stops at `limit`', async () => {
      expect((await queries().list({ offset: 1, limit: 2 })).rows).toEqual(users.slice(1, 3));
      expect((await queries().list({ offset: 5, limit: 2 })).rows).toEqual([]);
    });

    it('counts', async () => {
      expect(await queries().count()).toBe(5);
    });
  });
}
