import { TICKET_PRICE_CENTS_MAX, TOTAL_TICKETS_MAX } from '@ticket/domain';
import { answerTo, equal, partly } from '../assertions.ts';
import { anId } from '../builders.ts';
import type { LawDefinition } from '../law.ts';
import { OPERATOR } from '../rows.ts';

const TEXTS = [
  '🎷'.repeat(255),
  '👩‍👩‍👧‍👦 🏳️‍🌈',
  'حفلة موسيقية ‏مساءً',
  'Cafe\u0301 \u{1D4D0}',
  `O'Brien "x" \`y\` \\ \\' %_ ; -- :a $1 ?`,
  'Jazz ',
  'JÁZZ jazz',
];
const DESCRIPTIONS = [null, '', "one\ntwo\r\nthree\tfour \\n \\\\ \\0 \\'", '🎟'.repeat(10_000)];
const MOMENTS = ['1970-01-01T00:00:00.000Z', '2026-03-29T01:30:00.007Z', '2028-02-29T23:59:59.999Z', '9999-12-31T23:59:59.999Z'];

/** A row comes back as it was stored. */
export const ROWS: readonly LawDefinition[] = [
  {
    id: 'S1',
    level: 'stock',
    title: 'an event comes back as it was stored',
    hold: async ({ rows }) => {
      const event = await rows.event();
      equal(await rows.stored(event), event);
    },
  },
  {
    id: 'S2',
    level: 'stock',
    title: 'a change is answered with the event as it is stored, with its new stock version',
    hold: async ({ rows }) => {
      const event = await rows.event({ totalTickets: 10 });
      const changed = await rows.edit(event, { name: 'Blues', totalTickets: 12 }, new Date('2030-07-01T00:00:00.001Z'));
      partly(changed, { name: 'Blues', totalTickets: 12, availableTickets: 12, stockVersion: 2 });
      equal(await rows.stored(event), changed);
    },
  },
  {
    id: 'S3',
    level: 'stock',
    title: 'a booking is answered as it is stored',
    hold: async ({ rows }) => {
      const event = await rows.event();
      const booking = await rows.book(event, { userId: await rows.user(), quantity: 3 });
      equal(await rows.bookings(event), [booking]);
    },
  },
  {
    id: 'S4',
    level: 'stock',
    title: 'texts in any script come back letter by letter: emoji, marks, quotes, wildcards, a space at the end',
    hold: async ({ rows }) => {
      for (const text of TEXTS) {
        const event = await rows.event({ name: text, location: text });
        equal(await rows.stored(event), event);
      }
    },
  },
  {
    id: 'S5',
    level: 'stock',
    title: 'a description comes back: none, empty, with lines and backslashes, ten thousand emoji, and taken away',
    hold: async ({ rows }) => {
      for (const description of DESCRIPTIONS) {
        const event = await rows.event({ description });
        equal(await rows.stored(event), event);
      }
      const event = await rows.event({ description: 'soon gone' });
      await rows.edit(event, { description: null });
      equal((await rows.stored(event))?.description, null);
    },
  },
  {
    id: 'S6',
    level: 'stock',
    title: 'a moment comes back to the millisecond, in any year, whatever zone the database is in',
    hold: async ({ rows }) => {
      for (const iso of MOMENTS) {
        const event = await rows.event({ eventDate: new Date(iso) });
        equal((await rows.stored(event))?.eventDate, new Date(iso));
      }
    },
  },
  {
    id: 'S7',
    level: 'stock',
    title: 'the largest sum of money and a free event come back exactly',
    hold: async ({ rows }) => {
      const event = await rows.event({ ticketPriceCents: TICKET_PRICE_CENTS_MAX, totalTickets: TOTAL_TICKETS_MAX });
      await rows.book(event, { userId: await rows.user(), quantity: TOTAL_TICKETS_MAX });
      equal((await rows.bookings(event))[0]?.totalPriceCents, TICKET_PRICE_CENTS_MAX * TOTAL_TICKETS_MAX);
      equal(await rows.stored(event), { ...event, availableTickets: 0, stockVersion: 2 });
      const free = await rows.event({ ticketPriceCents: 0, totalTickets: 1 });
      equal(await rows.stored(free), free);
    },
  },
  {
    id: 'S8',
    level: 'stock',
    title: 'a sale leaves the time of the last edit alone, and so does a cancellation',
    hold: async ({ rows }) => {
      const event = await rows.event();
      const booking = await rows.book(event, { userId: await rows.user() });
      equal((await rows.stored(event))?.updatedAt, event.updatedAt);
      await rows.setStatus(booking, 'cancelled');
      equal((await rows.stored(event))?.updatedAt, event.updatedAt);
    },
  },
  {
    id: 'S9',
    level: 'stock',
    title: 'a decision about a row that is not there gets no row, and decides itself',
    hold: async ({ rows, store }) => {
      const seen: unknown[] = [];
      const id = anId();
      const { value } = await store.events.change(id, OPERATOR, ({ event }) => {
        seen.push(event);
        return event;
      });
      const deleted = await store.bookings.change(anId(), OPERATOR, ({ event, booking }) => {
        seen.push(event, booking);
        return undefined;
      });
      equal([value, deleted, ...new Set(seen)], [undefined, undefined, undefined]);
      equal(await answerTo(rows.book({ id }, { userId: await rows.user() })), 'not_found');
      equal(await rows.movements({ id }), []);
    },
  },
];
