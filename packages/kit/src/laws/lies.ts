import { type Booking, type Event, heldTickets } from '@ticket/domain';
import { check, equal, wordsOf } from '../assertions.ts';
import { aBooking, anEvent, anId } from '../builders.ts';
import type { LawDefinition, Scene } from '../law.ts';
import { OPERATOR } from '../rows.ts';
import { fourOfTen, type Sale } from './four-of-ten.ts';

/** Returns what no decision may return. The compiler would refuse some of it, and JavaScript does not. */
type Lie = (sale: Sale) => unknown;
type Lies = Readonly<Record<string, readonly [promise: string, lie: Lie]>>;

const OF_BOOKINGS: Lies = {
  'fewer tickets': ['keeps its quantity', ({ booking }) => ({ ...booking, quantity: 1 })],
  'fewer tickets, cancelled': ['keeps its quantity', ({ booking }) => ({ ...booking, quantity: 1, status: 'cancelled' })],
  'less than no tickets': ['keeps its quantity', ({ booking }) => ({ ...booking, quantity: -3 })],
  'another id': ['returns that booking', ({ booking }) => ({ ...booking, id: anId() })],
  'another event': ['event that is locked', ({ booking }) => ({ ...booking, eventId: anId() })],
  'another user': ['keeps its user', ({ booking, event }) => ({ ...booking, userId: event.organizerId })],
  'another price': ['keeps its price', ({ booking }) => ({ ...booking, totalPriceCents: 0 })],
  'another date': ['keeps its date', ({ booking }) => ({ ...booking, bookingDate: new Date(0) })],
  'an unknown status': ['one of the three statuses', ({ booking }) => ({ ...booking, status: 'paid' })],
  'a promise, since it is async': ['synchronous', ({ booking }) => Promise.resolve(booking)],
};
const OF_NEW_BOOKINGS: Lies = {
  'less than no tickets': ['is a count', ({ event, userId }) => aBooking({ eventId: event.id, userId, quantity: -3 })],
  'half a ticket': ['is a count', ({ event, userId }) => aBooking({ eventId: event.id, userId, quantity: 0.5 })],
  'no ticket': ['is a count', ({ event, userId }) => aBooking({ eventId: event.id, userId, quantity: 0 })],
  'more than any event has, cancelled': [
    'is a count',
    ({ event, userId }) => aBooking({ eventId: event.id, userId, quantity: 2 ** 60, status: 'cancelled' }),
  ],
  'a price that is no number': ['whole cents', ({ event, userId }) => aBooking({ eventId: event.id, userId, totalPriceCents: Number.NaN })],
  'no date': ['has a date', ({ event, userId }) => aBooking({ eventId: event.id, userId, bookingDate: new Date(Number.NaN) })],
  'a booking of another event': ['event that is locked', ({ userId }) => aBooking({ eventId: anId(), userId })],
  nothing: ['returns its booking', () => undefined],
  'a promise, since it is async': ['synchronous', ({ event, userId }) => Promise.resolve(aBooking({ eventId: event.id, userId }))],
};
const OF_EVENTS: Lies = {
  'one ticket more in stock': ['moves no ticket', ({ event }) => ({ ...event, availableTickets: event.availableTickets + 1 })],
  'a ticket less in stock': ['moves no ticket', ({ event }) => ({ ...event, availableTickets: event.availableTickets - 1 })],
  'fewer tickets, and the stock as it was': ['moves no ticket', ({ event }) => ({ ...event, totalTickets: 7 })],
  'fewer tickets than are held': [
    'no more tickets are held',
    ({ event }) => ({ ...event, totalTickets: 3, availableTickets: 3 - heldTickets(event) }),
  ],
  'half a ticket more': ['is a count', ({ event }) => ({ ...event, totalTickets: 10.5, availableTickets: event.availableTickets + 0.5 })],
  'another id': ['returns that event', ({ event }) => ({ ...event, id: anId() })],
  'another organizer': ['keeps its organizer', ({ event, userId }) => ({ ...event, organizerId: userId })],
  'a promise, since it is async': ['synchronous', ({ event }) => Promise.resolve(event)],
};

/** One correct booking comes before each wrong decision and one after it. Only these two are stored, and the error names the broken promise. */
async function disbelieve({ rows }: Scene, lies: Lies, tell: (sale: Sale, lie: Lie) => Promise<unknown>): Promise<void> {
  for (const [what, [promise, lie]] of Object.entries(lies)) {
    const sale = await fourOfTen(rows);
    const { event, userId, booking } = sale;
    const book = () => rows.book(event, { userId });
    const [before, told = '', behind] = await wordsOf([book(), tell(sale, lie), book()]);
    equal([before, behind], ['done', 'done'], `the neighbours of a decision that returns ${what}`);
    check(told.includes(promise), `a decision that returns ${what}: expected an error with "${promise}", found "${told}"`);
    const stored = await rows.bookings(event);
    equal(stored.map(({ quantity }) => quantity).toSorted(), [1, 1, 4], `the bookings after a decision that returns ${what}`);
    equal(
      stored.find(({ id }) => id === booking.id),
      booking,
      `the booking after a decision that returns ${what}`,
    );
    equal(await rows.stored(event), { ...event, availableTickets: 4, stockVersion: 4 }, `the event after a decision that returns ${what}`);
  }
}

/** Decisions that return something wrong: the store checks what a decision returns. */
export const LIES: readonly LawDefinition[] = [
  {
    id: 'S85',
    level: 'stock',
    title: 'no change of a booking is stored that alters what a booking keeps',
    hold: (scene) =>
      disbelieve(scene, OF_BOOKINGS, ({ booking, ...sale }, lie) =>
        scene.store.bookings.change(booking.id, OPERATOR, () => lie({ booking, ...sale }) as Booking),
      ),
  },
  {
    id: 'S86',
    level: 'stock',
    title: 'no new booking is stored with a number of tickets that is no count, without a date, of another event, or as a promise',
    hold: (scene) =>
      disbelieve(scene, OF_NEW_BOOKINGS, (sale, lie) => scene.store.events.reserveTickets(sale.event.id, OPERATOR, () => lie(sale) as Booking)),
  },
  {
    id: 'S87',
    level: 'stock',
    title: 'no edit of an event is stored that moves tickets which are held',
    hold: (scene) =>
      disbelieve(scene, OF_EVENTS, (sale, lie) =>
        scene.store.events.change(sale.event.id, OPERATOR, ({ event }) => lie({ ...sale, event: event ?? sale.event }) as Event),
      ),
  },
  {
    id: 'S88',
    level: 'stock',
    title: 'a new event has all its tickets in stock, or is not stored',
    hold: async ({ rows, store }) => {
      const event = anEvent({ organizerId: await rows.user(), totalTickets: 10, availableTickets: 11 });
      const [told = ''] = await wordsOf([store.events.change(event.id, OPERATOR, () => event)]);
      check(told.includes('all its tickets'), `expected an error with "all its tickets", found "${told}"`);
      equal(await rows.stored(event), undefined);
    },
  },
  {
    id: 'S89',
    level: 'stock',
    title: 'a decision that writes into the rows it was given fails, and changes nothing',
    hold: async ({ rows, store }) => {
      const { event, booking } = await fourOfTen(rows);
      const write = (row: object | undefined, values: object) => Object.assign(row ?? {}, values);
      const told = await wordsOf([
        store.events.change(event.id, OPERATOR, ({ event: row }) => write(row, { availableTickets: 10 }) as Event),
        store.bookings.change(booking.id, OPERATOR, ({ booking: row }) => write(row, { quantity: 1 }) as Booking),
      ]);
      for (const word of told) check(word.includes('read only'), `expected an error with "read only", found "${word}"`);
      equal([await rows.bookings(event), await rows.stored(event)], [[booking], event]);
    },
  },
];
