import { Refusal } from '@ticket/domain';
import { allSettled, answersTo, equal, partly } from '../assertions.ts';
import type { LawDefinition } from '../law.ts';
import { times } from '../rows.ts';

const countOf = (answers: readonly string[], answer: string): number => answers.filter((each) => each === answer).length;

/** Calls that come at once, through one server. */
export const RACES: readonly LawDefinition[] = [
  {
    id: 'S20',
    level: 'stock',
    title: 'each of the last tickets is sold once, however many race for them',
    hold: async ({ rows }) => {
      const event = await rows.event({ totalTickets: 5 });
      const userId = await rows.user();
      const answers = await answersTo(times(20, () => rows.book(event, { userId })));
      equal([countOf(answers, 'done'), countOf(answers, 'insufficient_tickets')], [5, 15], 'bookings made and refused');
      equal([await rows.available(event), (await rows.bookings(event)).length], [0, 5], 'tickets left, and bookings');
    },
  },
  {
    id: 'S21',
    level: 'stock',
    title: 'calls for one event are decided in the order they came, and each takes what still fits',
    hold: async ({ rows }) => {
      const event = await rows.event({ totalTickets: 10 });
      const userId = await rows.user();
      const answers = await answersTo(times(20, () => rows.book(event, { userId })));
      equal(
        answers,
        times(20, (index) => (index < 10 ? 'done' : 'insufficient_tickets')),
      );
      const other = await rows.event({ totalTickets: 5 });
      const mixed = await answersTo([3, 3, 2, 1].map((quantity) => rows.book(other, { userId, quantity })));
      equal(mixed, ['done', 'insufficient_tickets', 'done', 'insufficient_tickets']);
    },
  },
  {
    id: 'S22',
    level: 'stock',
    title: 'a refusal says how many tickets were left when it was decided',
    hold: async ({ rows }) => {
      const event = await rows.event({ totalTickets: 5 });
      const userId = await rows.user();
      const [, refused] = await Promise.allSettled([rows.book(event, { userId, quantity: 3 }), rows.book(event, { userId, quantity: 4 })]);
      const reason = refused.status === 'rejected' && refused.reason instanceof Refusal ? refused.reason : undefined;
      equal([reason?.code, reason?.details], ['insufficient_tickets', { available: 2, requested: 4 }]);
    },
  },
  {
    id: 'S23',
    level: 'stock',
    title: 'the stock of each event stays apart when many events are sold at once',
    hold: async ({ rows }) => {
      const [userId, organizerId] = [await rows.user(), await rows.user()];
      const events = await allSettled(times(8, (index) => rows.event({ organizerId, totalTickets: index + 1 })));
      const answers = await answersTo(times(64, (index) => rows.book(events[index % 8] ?? { id: '' }, { userId })));
      equal(countOf(answers, 'done'), 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8, 'bookings made');
      equal(
        await allSettled(events.map(rows.available)),
        times(8, () => 0),
        'tickets left',
      );
    },
  },
  {
    id: 'S24',
    level: 'stock',
    title: 'of a resize and a booking that do not both fit, the first wins',
    hold: async ({ rows }) => {
      for (const resizeFirst of [true, false]) {
        const event = await rows.event({ totalTickets: 5 });
        const userId = await rows.user();
        const resize = () => rows.edit(event, { totalTickets: 2 });
        const book = () => rows.book(event, { userId, quantity: 4 });
        equal(await answersTo(resizeFirst ? [resize(), book()] : [book(), resize()]), [
          'done',
          resizeFirst ? 'insufficient_tickets' : 'total_below_held',
        ]);
        partly(await rows.stored(event), resizeFirst ? { totalTickets: 2, availableTickets: 2 } : { totalTickets: 5, availableTickets: 1 });
      }
    },
  },
  {
    id: 'S25',
    level: 'stock',
    title: 'a resize during a sale moves the stock by its difference',
    hold: async ({ rows }) => {
      const event = await rows.event({ totalTickets: 20 });
      const userId = await rows.user();
      await allSettled<unknown>(times(12, (index) => (index === 6 ? rows.edit(event, { totalTickets: 30 }) : rows.book(event, { userId }))));
      partly(await rows.stored(event), { totalTickets: 30, availableTickets: 19 });
    },
  },
  {
    id: 'S26',
    level: 'stock',
    title: 'no booking is left without its event when one is deleted while it is booked, and it is deleted once',
    hold: async ({ rows }) => {
      for (const deleteFirst of [true, false, true, false]) {
        const event = await rows.event();
        const userId = await rows.user();
        const remove = () => rows.deleteEvent(event);
        const book = () => rows.book(event, { userId });
        equal(await answersTo(deleteFirst ? [remove(), book()] : [book(), remove()]), [
          'done',
          deleteFirst ? 'not_found' : 'event_has_active_bookings',
        ]);
        equal([await rows.available(event), (await rows.bookings(event)).length], deleteFirst ? [undefined, 0] : [9, 1]);
      }
      const event = await rows.event();
      equal(await answersTo([rows.deleteEvent(event), rows.deleteEvent(event)]), ['done', 'not_found']);
    },
  },
  {
    id: 'S27',
    level: 'stock',
    title: 'an edit that comes with others sees them, so none is lost',
    hold: async ({ rows }) => {
      const event = await rows.event({ totalTickets: 10 });
      await allSettled([
        rows.edit(event, { name: 'Blues' }),
        rows.edit(event, { location: 'Jakarta' }),
        rows.edit(event, { ticketPriceCents: 1 }),
        rows.edit(event, { totalTickets: 11 }),
      ]);
      partly(await rows.stored(event), { name: 'Blues', location: 'Jakarta', ticketPriceCents: 1, totalTickets: 11 });
    },
  },
  {
    id: 'S28',
    level: 'stock',
    title: 'a booking costs the price of its moment, also when the price changes during the sale',
    hold: async ({ rows }) => {
      const event = await rows.event({ ticketPriceCents: 100 });
      const userId = await rows.user();
      const [before, , after] = await Promise.all([
        rows.book(event, { userId, quantity: 2 }),
        rows.edit(event, { ticketPriceCents: 300 }),
        rows.book(event, { userId, quantity: 2 }),
      ]);
      equal([before.totalPriceCents, after.totalPriceCents], [200, 600], 'what the bookings cost');
      equal((await rows.bookings(event)).map(({ totalPriceCents }) => totalPriceCents).toSorted(), [200, 600], 'what the stored bookings cost');
    },
  },
];
