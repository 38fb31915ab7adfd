import type { Booking, Cursor, Event, PageRequest, PageRows } from '@ticket/domain';
import { allSettled, check, equal, partly } from '../assertions.ts';
import { anId } from '../builders.ts';
import type { LawDefinition, Scene } from '../law.ts';
import { times } from '../rows.ts';

const day = (number: number): Date => new Date(Date.UTC(2031, 0, number, 12));
const ALL = { offset: 0, limit: 1000 };
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
const byId = (one: { readonly id: string }, other: { readonly id: string }): number => (one.id < other.id ? -1 : 1);

/** Every row of a list, read page by page as clients do. */
async function walked<Row>(limit: number, list: (part: PageRequest) => Promise<PageRows<Row>>, cursorOf: (row: Row) => Cursor): Promise<Row[]> {
  const seen: Row[] = [];
  for (let part = await list({ offset: 0, limit }); ; ) {
    seen.push(...part.rows);
    const last = part.rows.at(-1);
    if (!part.isMore || last === undefined) return seen;
    check(part.rows.length <= limit, `a part of ${limit} rows at most has ${part.rows.length}`);
    part = await list({ after: cursorOf(last), offset: 0, limit });
  }
}
const ofEvent = ({ id, eventDate: at }: Event): Cursor => ({ at, id });
const ofBooking = ({ id, bookingDate: at }: Booking): Cursor => ({ at, id });

/** Seven events on three days. The list's order differs from the order of creation and of ids, and some dates are equal. */
async function sevenEvents({ rows }: Scene): Promise<Event[]> {
  const organizerId = await rows.user();
  const events: Event[] = [];
  for (const number of [3, 1, 2, 3, 1, 2, 3]) events.push(await rows.event({ organizerId, eventDate: day(number) }));
  return events.sort((one, other) => one.eventDate.getTime() - other.eventDate.getTime() || byId(one, other));
}

/** Nine bookings of two users on three days, newest first. */
async function nineBookings({ rows }: Scene) {
  const event = await rows.event({ totalTickets: 100 });
  const [sari, budi] = [await rows.user(), await rows.user()];
  const bookings: Booking[] = [];
  for (const [index, number] of [2, 3, 1, 2, 3, 1, 2, 3, 1].entries())
    bookings.push(await rows.book(event, { userId: index % 3 === 0 ? budi : sari, quantity: index + 1, now: day(number) }));
  const cancelled = bookings[4] ?? event;
  await rows.setStatus(cancelled, 'cancelled');
  const stored = await rows.bookings(event);
  const newestFirst = stored.toSorted((one, other) => other.bookingDate.getTime() - one.bookingDate.getTime() || byId(other, one));
  return { event, sari, budi, bookings: newestFirst };
}

/** Single rows, lists and cursors. */
export const READS: readonly LawDefinition[] = [
  {
    id: 'R1',
    level: 'reads',
    title: 'an event and a booking are found as they are stored, and nothing under an id that no row has',
    hold: async ({ rows, store }) => {
      const event = await rows.event();
      const booking = await rows.book(event, { userId: await rows.user() });
      partly(await store.eventQueries.find(event.id), (await rows.stored(event)) ?? event);
      const view = await store.bookingQueries.find(booking.id);
      partly(view, booking);
      partly(view?.event, { id: event.id, name: event.name, location: event.location, eventDate: event.eventDate });
      equal([await store.eventQueries.find(anId()), await store.bookingQueries.find(anId())], [undefined, undefined]);
    },
  },
  {
    id: 'R2',
    level: 'reads',
    title: 'events are listed by date, then id, and counted',
    hold: async (scene) => {
      const events = await sevenEvents(scene);
      equal(ids((await scene.store.eventQueries.list(ALL)).rows), ids(events));
      equal(await scene.store.eventQueries.count({}), events.length, 'the count');
    },
  },
  {
    id: 'R3',
    level: 'reads',
    title: 'a list of events goes on behind any row, also among rows of the same date, and behind one that is deleted',
    hold: async (scene) => {
      const events = await sevenEvents(scene);
      const { eventQueries } = scene.store;
      for (const [index, event] of events.entries())
        equal(ids((await eventQueries.list({ after: ofEvent(event), offset: 0, limit: 3 })).rows), ids(events.slice(index + 1, index + 4)));
      equal(ids((await eventQueries.list({ after: { at: day(2), id: anId() }, offset: 0, limit: 10 })).rows), ids(events.slice(4)));
    },
  },
  {
    id: 'R4',
    level: 'reads',
    title: 'a walk over the list of events shows each once, whatever a part holds, and the end is told',
    hold: async (scene) => {
      const events = await sevenEvents(scene);
      const { eventQueries } = scene.store;
      for (const limit of [1, 2, 3, 7, 8])
        equal(ids(await walked(limit, (part) => eventQueries.list(part), ofEvent)), ids(events), `a walk by ${limit}`);
      equal(
        [(await eventQueries.list({ offset: 0, limit: 6 })).isMore, (await eventQueries.list({ offset: 0, limit: 7 })).isMore],
        [true, false],
        'that more follow',
      );
    },
  },
  {
    id: 'R5',
    level: 'reads',
    title: 'a part of a list leaves out `offset` rows and stops at `limit`',
    hold: async (scene) => {
      const events = await sevenEvents(scene);
      const part = async (offset: number, limit: number) => ids((await scene.store.eventQueries.list({ offset, limit })).rows);
      equal(
        [await part(2, 3), await part(6, 3), await part(7, 3), await part(Number.MAX_SAFE_INTEGER, 3)],
        [ids(events.slice(2, 5)), ids(events.slice(6)), [], []],
      );
    },
  },
  {
    id: 'R6',
    level: 'reads',
    title: 'a walk over a list misses no row that was there all the time, while others are inserted and deleted',
    hold: async (scene) => {
      const events = await sevenEvents(scene);
      const { eventQueries } = scene.store;
      const doomed = await scene.rows.event({ eventDate: day(2) });
      let isFirst = true;
      const seen = await walked(
        2,
        async (part) => {
          const found = await eventQueries.list(part);
          if (isFirst) {
            isFirst = false;
            await scene.rows.event({ eventDate: day(0) });
            await scene.rows.event({ eventDate: day(2) });
            await scene.rows.deleteEvent(doomed);
          }
          return found;
        },
        ofEvent,
      );
      const stable = new Set(ids(events));
      equal(
        ids(seen).filter((id) => stable.has(id)),
        ids(events),
        'the events that were there all the time',
      );
    },
  },
  {
    id: 'R7',
    level: 'reads',
    title: 'what was acknowledged is seen by the next `latest` read, at every step of a sale, and a row that is gone is gone',
    hold: async ({ rows, store }) => {
      const event = await rows.event({ totalTickets: 10 });
      const userId = await rows.user();
      for (const left of [9, 8, 7, 6, 5]) {
        const [, booked] = await Promise.all([store.eventQueries.find(event.id, 'latest'), rows.book(event, { userId })]);
        equal((await store.eventQueries.find(event.id, 'latest'))?.availableTickets, left, 'tickets left');
        partly(await store.bookingQueries.find(booked.id), { id: booked.id });
      }
      for (const booking of await rows.bookings(event)) await rows.deleteBooking(booking);
      await rows.deleteEvent(event);
      equal(await store.eventQueries.find(event.id, 'latest'), undefined);
    },
  },
  {
    id: 'R8',
    level: 'reads',
    needs: ['beside'],
    title: 'a row that one server stored is found by another at once: “not found” is always certain',
    hold: async ({ rows, other }) => {
      for (const _ of times(5, () => undefined)) {
        const id = anId();
        equal(await other.store.eventQueries.find(id), undefined);
        const event = await rows.event({ id });
        const booking = await rows.book(event, { userId: await rows.user() });
        partly(await other.store.eventQueries.find(event.id), { id: event.id });
        partly(await other.store.bookingQueries.find(booking.id), { id: booking.id });
        equal((await other.store.eventQueries.find(event.id, 'latest'))?.availableTickets, 9, 'tickets left');
      }
    },
  },
  {
    id: 'R20',
    level: 'reads',
    title: 'bookings are listed newest first, then by id downwards, of all users or of one',
    hold: async (scene) => {
      const { bookings, sari } = await nineBookings(scene);
      const { bookingQueries } = scene.store;
      const own = bookings.filter(({ userId }) => userId === sari);
      equal(ids((await bookingQueries.list(ALL)).rows), ids(bookings));
      equal(ids((await bookingQueries.list({ ...ALL, userId: sari })).rows), ids(own));
      equal((await bookingQueries.list({ ...ALL, userId: anId() })).rows, []);
      for (const [index, booking] of bookings.entries()) partly((await bookingQueries.list(ALL)).rows[index], booking);
    },
  },
  {
    id: 'R21',
    level: 'reads',
    title: 'a walk over bookings shows each once, of all users and of one, and goes on behind any row',
    hold: async (scene) => {
      const { bookings, sari } = await nineBookings(scene);
      const { bookingQueries } = scene.store;
      const own = bookings.filter(({ userId }) => userId === sari);
      for (const limit of [1, 2, 4, 9]) {
        equal(ids(await walked(limit, (part) => bookingQueries.list(part), ofBooking)), ids(bookings), `a walk by ${limit}`);
        equal(
          ids(await walked(limit, (part) => bookingQueries.list({ ...part, userId: sari }), ofBooking)),
          ids(own),
          `a walk by ${limit} over one user's`,
        );
      }
      for (const [index, booking] of bookings.entries())
        equal(ids((await bookingQueries.list({ after: ofBooking(booking), offset: 0, limit: 4 })).rows), ids(bookings.slice(index + 1, index + 5)));
      equal(ids((await bookingQueries.list({ offset: 1, limit: 3, userId: sari })).rows), ids(own.slice(1, 4)));
    },
  },
  {
    id: 'R22',
    level: 'reads',
    title: 'bookings are counted, of all users or of one, and no further than asked',
    hold: async (scene) => {
      const { sari } = await nineBookings(scene);
      const count = (filter: { userId?: string; upTo?: number }) => scene.store.bookingQueries.count(filter);
      equal([await count({}), await count({ userId: sari }), await count({ userId: anId() })], [9, 6, 0]);
      equal([await count({ userId: sari, upTo: 7 }), await count({ userId: sari, upTo: 6 })], [6, 6]);
      check((await count({ userId: sari, upTo: 4 })) > 4, 'a count that stopped early is not above where it stopped');
    },
  },
  {
    id: 'R23',
    level: 'reads',
    title: 'a user’s list never has another user’s booking, when both ask at once',
    hold: async (scene) => {
      const { sari, budi } = await nineBookings(scene);
      const answers = await allSettled(times(10, (index) => scene.store.bookingQueries.list({ ...ALL, userId: index % 2 === 0 ? sari : budi })));
      for (const [index, answer] of answers.entries())
        equal([...new Set(answer.rows.map(({ userId }) => userId))], [index % 2 === 0 ? sari : budi], 'users in the list');
    },
  },
];
