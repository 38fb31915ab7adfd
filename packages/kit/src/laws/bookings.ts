import { type Booking, Refusal, refuse, withStatus } from '@ticket/domain';
import { answersTo, equal, partly, wordsOf } from '../assertions.ts';
import { anId } from '../builders.ts';
import type { LawDefinition } from '../law.ts';
import { OPERATOR, type Rows, times } from '../rows.ts';
import { fourOfTen } from './four-of-ten.ts';

const deltasOf = async (rows: Rows, event: { readonly id: string }) => (await rows.movements(event)).map(({ delta }) => delta);

/** What the repository of bookings promises. */
export const BOOKINGS: readonly LawDefinition[] = [
  {
    id: 'S60',
    level: 'stock',
    title: 'another status is stored and answered, and moves no stock while the booking holds its tickets',
    hold: async ({ rows }) => {
      const { event, booking } = await fourOfTen(rows);
      const pending = { ...booking, status: 'pending', version: 2 };
      equal(await rows.setStatus(booking, 'pending'), pending);
      equal(await rows.bookings(event), [pending]);
      equal(await deltasOf(rows, event), [10, -4]);
    },
  },
  {
    id: 'S61',
    level: 'stock',
    title: 'a decision about a booking gets the event and the booking as they are now',
    hold: async ({ rows, store }) => {
      const { event, booking } = await fourOfTen(rows);
      await rows.edit(event, { name: 'Blues' });
      const seen: unknown[] = [];
      await store.bookings.change(booking.id, OPERATOR, (now) => {
        seen.push({ actor: now.actor, event: now.event, booking: now.booking });
        return now.booking;
      });
      equal(seen.at(-1), { actor: 'operator', event: { ...event, name: 'Blues', availableTickets: 6, stockVersion: 2, version: 2 }, booking });
    },
  },
  {
    id: 'S62',
    level: 'stock',
    title: 'a booking whose tickets are gone is not reinstated, and the refusal says how many are left',
    hold: async ({ rows }) => {
      const { event, booking } = await fourOfTen(rows);
      await rows.setStatus(booking, 'cancelled');
      await rows.book(event, { userId: await rows.user(), quantity: 7 });
      const error = await rows.setStatus(booking, 'pending').catch((thrown: unknown) => thrown);
      equal(error instanceof Refusal ? [error.code, error.details] : error, ['insufficient_tickets', { available: 3, requested: 4 }]);
      equal((await rows.bookings(event)).find(({ id }) => id === booking.id)?.status, 'cancelled');
      equal(await rows.available(event), 3, 'tickets left');
    },
  },
  {
    id: 'S63',
    level: 'stock',
    title: 'of two changes of one booking at once, the second sees the first',
    hold: async ({ rows, store }) => {
      const { booking } = await fourOfTen(rows);
      const seen: (Booking | undefined)[] = [];
      await Promise.all([
        rows.setStatus(booking, 'pending'),
        store.bookings.change(booking.id, OPERATOR, ({ booking: now }) => {
          seen.push(now);
          return withStatus(now ?? refuse('not_found', { entity: 'booking', id: booking.id }), 'cancelled');
        }),
      ]);
      equal(seen.at(-1), { ...booking, status: 'pending', version: 2 });
    },
  },
  {
    id: 'S64',
    level: 'stock',
    title: 'tickets come back once when a booking is cancelled twenty times at once',
    hold: async ({ rows }) => {
      const { event, booking } = await fourOfTen(rows);
      equal(
        await answersTo(times(20, () => rows.setStatus(booking, 'cancelled'))),
        times(20, () => 'done'),
      );
      equal([await rows.available(event), await deltasOf(rows, event)], [10, [10, -4, 4]], 'tickets left, and movements');
    },
  },
  {
    id: 'S65',
    level: 'stock',
    title: 'tickets come back once when a booking is cancelled and deleted at once',
    hold: async ({ rows }) => {
      for (const cancelFirst of [true, false]) {
        const { event, booking } = await fourOfTen(rows);
        const [cancel, remove] = [() => rows.setStatus(booking, 'cancelled'), () => rows.deleteBooking(booking)];
        equal(await answersTo(cancelFirst ? [cancel(), remove()] : [remove(), cancel()]), ['done', cancelFirst ? 'done' : 'not_found']);
        equal([await rows.bookings(event), await deltasOf(rows, event)], [[], [10, -4, 4]], 'bookings and movements');
      }
    },
  },
  {
    id: 'S66',
    level: 'stock',
    title: 'a booking is deleted once, however many delete it',
    hold: async ({ rows }) => {
      const { event, booking } = await fourOfTen(rows);
      equal(await answersTo(times(10, () => rows.deleteBooking(booking))), ['done', ...times(9, () => 'not_found')]);
      equal(await rows.available(event), 10, 'tickets left');
    },
  },
  {
    id: 'S67',
    level: 'stock',
    title: 'one wins when the last ticket is reinstated and booked at once',
    hold: async ({ rows }) => {
      for (const reinstateFirst of [true, false]) {
        const event = await rows.event({ totalTickets: 1 });
        const userId = await rows.user();
        const booking = await rows.book(event, { userId });
        await rows.setStatus(booking, 'cancelled');
        const [reinstate, book] = [() => rows.setStatus(booking, 'confirmed'), () => rows.book(event, { userId })];
        equal((await answersTo(reinstateFirst ? [reinstate(), book()] : [book(), reinstate()])).toSorted(), ['done', 'insufficient_tickets']);
        equal(await rows.available(event), 0, 'tickets left');
        equal((await rows.bookings(event)).filter(({ status }) => status === 'confirmed').length, 1, 'confirmed bookings');
      }
    },
  },
  {
    id: 'S68',
    level: 'stock',
    title: 'no booking of a deleted event is changed',
    hold: async ({ rows }) => {
      const { event, booking } = await fourOfTen(rows);
      await rows.setStatus(booking, 'cancelled');
      equal(await answersTo([rows.deleteEvent(event), rows.setStatus(booking, 'confirmed'), rows.deleteBooking(booking)]), [
        'done',
        'not_found',
        'not_found',
      ]);
    },
  },
  {
    id: 'S69',
    level: 'stock',
    title: 'a booking that is not there is not made by a change',
    hold: async ({ rows, store }) => {
      const { event, booking } = await fourOfTen(rows);
      const told = await wordsOf([store.bookings.change(anId(), OPERATOR, () => ({ ...booking, id: anId() }))]);
      equal(told[0] === 'done', false, 'that the change was done');
      equal(await rows.bookings(event), [booking]);
      partly(await rows.stored(event), { availableTickets: 6 });
    },
  },
];
