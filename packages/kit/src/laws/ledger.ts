import { allSettled, answersTo, check, equal, partly } from '../assertions.ts';
import { aBooking } from '../builders.ts';
import type { LawDefinition } from '../law.ts';
import { OPERATOR, times } from '../rows.ts';

/** A line of the ledger for each movement of stock, written with it and never changed. */
export const LEDGER: readonly LawDefinition[] = [
  {
    id: 'S40',
    level: 'stock',
    title: 'the ledger has a line for each movement of an event, from its opening to its close',
    hold: async ({ rows }) => {
      const event = await rows.event({ totalTickets: 10 });
      const booking = await rows.book(event, { userId: await rows.user(), quantity: 4 });
      await rows.setStatus(booking, 'cancelled');
      await rows.setStatus(booking, 'pending');
      await rows.edit(event, { totalTickets: 15 });
      await rows.deleteBooking(booking);
      await rows.edit(event, { totalTickets: 3 });
      await rows.deleteEvent(event);
      equal(await rows.moves(event), [
        [1, 'opened', 10, 10],
        [2, 'booked', -4, 6],
        [3, 'cancelled', 4, 10],
        [4, 'reinstated', -4, 6],
        [5, 'resized', 5, 11],
        [6, 'deleted', 4, 15],
        [7, 'resized', -12, 3],
        [8, 'closed', -3, 0],
      ]);
    },
  },
  {
    id: 'S41',
    level: 'stock',
    title: 'a line of the ledger names the event, the booking and the moment',
    hold: async ({ rows }) => {
      const event = await rows.event();
      const booking = await rows.book(event, { userId: await rows.user() });
      const lines = await rows.movements(event);
      equal(
        lines.map(({ eventId, bookingId }) => [eventId, bookingId]),
        [
          [event.id, null],
          [event.id, booking.id],
        ],
      );
      for (const { at } of lines) check(at.getTime() > 0, `a line of the ledger has the moment ${String(at)}`);
    },
  },
  {
    id: 'S42',
    level: 'stock',
    title: 'after a race the versions have no gap, and each line says what was available after it alone',
    hold: async ({ rows }) => {
      const event = await rows.event({ totalTickets: 30 });
      const userId = await rows.user();
      const made = await allSettled(times(10, () => rows.book(event, { userId, quantity: 2 })));
      await answersTo([
        ...made.map((booking, index) => (index % 2 === 0 ? rows.setStatus(booking, 'cancelled') : rows.deleteBooking(booking))),
        rows.edit(event, { totalTickets: 25 }),
        ...times(10, () => rows.book(event, { userId, quantity: 3 })),
      ]);
      const lines = await rows.movements(event);
      const row = await rows.stored(event);
      equal(
        lines.map(({ stockVersion }) => stockVersion),
        times(lines.length, (index) => index + 1),
        'versions',
      );
      let available = 0;
      for (const { delta, availableAfter, stockVersion } of lines) {
        available += delta;
        equal(availableAfter, available, `available after the movement of version ${stockVersion}`);
      }
      equal([row?.stockVersion, row?.availableTickets], [lines.length, available], 'version and stock of the event');
    },
  },
  {
    id: 'S43',
    level: 'stock',
    title: 'what moves no stock has no line: an edit, a booking made as cancelled, a row returned as it was',
    hold: async ({ rows, store }) => {
      const event = await rows.event();
      const userId = await rows.user();
      const edited = await rows.edit(event, { name: 'Blues', ticketPriceCents: 5, totalTickets: event.totalTickets });
      equal(edited.stockVersion, 1);
      const cancelled = aBooking({ eventId: event.id, userId, status: 'cancelled' });
      await store.events.reserveTickets(event.id, OPERATOR, () => cancelled);
      const { value: same } = await store.events.change(event.id, OPERATOR, ({ event: before }) => before);
      const pending = await rows.book(await rows.event(), { userId });
      equal(await rows.setStatus(pending, 'confirmed'), pending);
      equal([same, await rows.stored(event)], [edited, edited], 'the event');
      equal([(await rows.bookings(event)).length, await rows.moves(event)], [1, [[1, 'opened', 10, 10]]], 'bookings and ledger');
      equal((await rows.movements({ id: pending.eventId })).length, 2, 'lines of the other event');
    },
  },
  {
    id: 'S44',
    level: 'stock',
    title: 'the ledger outlives its event, whose cancelled bookings go with it',
    hold: async ({ rows }) => {
      const [event, other] = [await rows.event(), await rows.event()];
      const userId = await rows.user();
      const kept = await rows.book(other, { userId });
      const made = await allSettled(times(3, () => rows.book(event, { userId })));
      await allSettled(made.map((booking) => rows.setStatus(booking, 'cancelled')));
      await rows.deleteEvent(event);
      equal([await rows.bookings(event), await rows.bookings(other)], [[], [kept]], 'bookings');
      equal(
        (await rows.moves(event)).map(([, reason]) => reason),
        ['opened', ...times(3, () => 'booked'), ...times(3, () => 'cancelled'), 'closed'],
      );
    },
  },
  {
    id: 'S45',
    level: 'stock',
    title: 'an event is closed once when its last cancellation and its deletion come together',
    hold: async ({ rows }) => {
      const event = await rows.event();
      const booking = await rows.book(event, { userId: await rows.user() });
      const [cancelled, deleted] = await answersTo([rows.setStatus(booking, 'cancelled'), rows.deleteEvent(event)]);
      // Either may come first: a change of a booking may have to look up its event before it waits for the lock.
      const isGone = deleted === 'done';
      equal([cancelled, deleted], ['done', isGone ? 'done' : 'event_has_active_bookings']);
      equal((await rows.bookings(event)).length, isGone ? 0 : 1, 'bookings');
      equal(
        (await rows.moves(event)).map(([, reason]) => reason),
        ['opened', 'booked', 'cancelled', ...(isGone ? ['closed'] : [])],
      );
    },
  },
  {
    id: 'S46',
    level: 'stock',
    title: 'tickets come back when a booking is cancelled or deleted, and are taken again at the old price when it is reinstated',
    hold: async ({ rows }) => {
      const event = await rows.event({ totalTickets: 10 });
      const userId = await rows.user();
      const [booking, other] = [await rows.book(event, { userId, quantity: 4 }), await rows.book(event, { userId, quantity: 3 })];
      await rows.setStatus(booking, 'cancelled');
      equal(await rows.available(event), 7, 'tickets left after a cancellation');
      equal(await rows.deleteBooking(other), undefined);
      equal(await rows.available(event), 10, 'tickets left after a deletion');
      await rows.edit(event, { ticketPriceCents: 1 });
      const reinstated = { ...booking, version: 3 };
      equal(await rows.setStatus(booking, 'confirmed'), reinstated);
      equal([await rows.available(event), await rows.bookings(event)], [6, [reinstated]], 'tickets left, and bookings');
      await rows.setStatus(booking, 'cancelled');
      await rows.deleteBooking(booking);
      partly(await rows.stored(event), { availableTickets: 10 });
      equal(
        (await rows.movements(event)).map(({ delta }) => delta),
        [10, -4, -3, 4, 3, -4, 4],
        'movements',
      );
    },
  },
];
