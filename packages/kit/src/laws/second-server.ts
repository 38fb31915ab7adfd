import { newBooking, refuse } from '@ticket/domain';
import { allSettled, answersTo, answerTo, check, equal, partly, wordsOf } from '../assertions.ts';
import { anEvent, anId, NOW } from '../builders.ts';
import { type LawDefinition, NotProved, type Scene } from '../law.ts';
import { OPERATOR, type Rows, times, vouched } from '../rows.ts';
import { bookUnder, under } from './keys.ts';

const ROUNDS = 5;

/** Calls that start at the same time, to both servers in turn. */
const fromBoth = <Value>(count: number, { rows, other }: Scene, call: (rows: Rows, index: number) => Promise<Value>): Promise<Value>[] =>
  times(count, (index) => call(index % 2 === 0 ? rows : other.rows, index));
const countOf = (answers: readonly string[], answer: string): number => answers.filter((each) => each === answer).length;

/** Two servers on the same rows, so that locks have to work. Without a second server no race between transactions happens. */
export const SECOND_SERVER: readonly LawDefinition[] = [
  {
    id: 'B1',
    level: 'stock',
    needs: ['beside'],
    title: 'two servers sell each of the last tickets once, and answer every call with a booking or a refusal: the event’s row is locked',
    hold: async (scene) => {
      const { rows } = scene;
      for (const _ of times(ROUNDS, () => undefined)) {
        const event = await rows.event({ totalTickets: 8 });
        const userId = await rows.user();
        const answers = await answersTo(fromBoth(24, scene, (side) => side.book(event, { userId })));
        equal([countOf(answers, 'done'), countOf(answers, 'insufficient_tickets')], [8, 16], 'bookings made and refused');
        equal([await rows.available(event), (await rows.bookings(event)).length], [0, 8], 'tickets left, and bookings');
      }
    },
  },
  {
    id: 'B2',
    level: 'stock',
    needs: ['beside'],
    title: 'the ledger of an event that two servers sell has each version once, and adds up line by line',
    hold: async (scene) => {
      const { rows } = scene;
      for (const _ of times(ROUNDS, () => undefined)) {
        const event = await rows.event({ totalTickets: 30 });
        const userId = await rows.user();
        const made = await allSettled(fromBoth(10, scene, (side) => side.book(event, { userId, quantity: 2 })));
        await answersTo([
          ...fromBoth(10, scene, (side, index) =>
            index % 3 === 0 ? side.setStatus(made[index] ?? event, 'cancelled') : side.deleteBooking(made[index] ?? event),
          ),
          scene.other.rows.edit(event, { totalTickets: 25 }),
          ...fromBoth(10, scene, (side) => side.book(event, { userId, quantity: 3 })),
        ]);
        const lines = await rows.movements(event);
        equal(
          lines.map(({ stockVersion }) => stockVersion),
          times(lines.length, (index) => index + 1),
          'versions',
        );
        let available = 0;
        for (const { delta, availableAfter } of lines) {
          available += delta;
          equal(availableAfter, available, 'available after a movement');
        }
        partly(await rows.stored(event), { availableTickets: available, stockVersion: lines.length });
      }
    },
  },
  {
    id: 'B3',
    level: 'stock',
    needs: ['beside'],
    title: 'tickets come back once when two servers cancel and delete a booking at once',
    hold: async (scene) => {
      const { rows, other } = scene;
      for (const _ of times(ROUNDS, () => undefined)) {
        const event = await rows.event({ totalTickets: 10 });
        const booking = await rows.book(event, { userId: await rows.user(), quantity: 4 });
        await answersTo([
          ...fromBoth(6, scene, (side) => side.setStatus(booking, 'cancelled')),
          rows.deleteBooking(booking),
          other.rows.deleteBooking(booking),
        ]);
        equal([await rows.available(event), await rows.bookings(event)], [10, []], 'tickets left, and bookings');
        equal(
          (await rows.movements(event)).map(({ delta }) => delta),
          [10, -4, 4],
          'movements',
        );
      }
    },
  },
  {
    id: 'B4',
    level: 'stock',
    needs: ['beside'],
    title: 'no edit is lost when two servers edit an event, and no booking of a deleted event is left',
    hold: async (scene) => {
      const { rows, other } = scene;
      for (const _ of times(ROUNDS, () => undefined)) {
        const event = await rows.event({ totalTickets: 10 });
        await allSettled([
          rows.edit(event, { name: 'Blues' }),
          other.rows.edit(event, { location: 'Jakarta' }),
          rows.edit(event, { totalTickets: 11 }),
          other.rows.edit(event, { ticketPriceCents: 7 }),
        ]);
        partly(await rows.stored(event), { name: 'Blues', location: 'Jakarta', totalTickets: 11, ticketPriceCents: 7 });
        const userId = await rows.user();
        const [deleted, booked] = await answersTo([rows.deleteEvent(event), other.rows.book(event, { userId })]);
        const isGone = deleted === 'done';
        equal([deleted, booked], isGone ? ['done', 'not_found'] : ['event_has_active_bookings', 'done']);
        equal((await rows.bookings(event)).length, isGone ? 0 : 1, 'bookings');
      }
    },
  },
  {
    id: 'B5',
    level: 'stock',
    needs: ['beside'],
    title: 'a server sees at once what another one stored: tickets that came back are sold, a new price is charged, a full event refuses',
    hold: async ({ rows, other }) => {
      for (const _ of times(ROUNDS, () => undefined)) {
        const event = await rows.event({ totalTickets: 1, ticketPriceCents: 100 });
        const userId = await rows.user();
        const booking = await rows.book(event, { userId });
        equal(await answerTo(other.rows.book(event, { userId })), 'insufficient_tickets');
        await rows.setStatus(booking, 'cancelled');
        await rows.edit(event, { ticketPriceCents: 300 });
        equal((await other.rows.book(event, { userId })).totalPriceCents, 300, 'what the booking cost');
        equal(await answerTo(rows.book(event, { userId })), 'insufficient_tickets');
      }
    },
  },
  {
    id: 'B6',
    level: 'stock',
    needs: ['beside', 'holdings'],
    title: 'where holdings are counted, a limit of tickets for a person holds across two servers: they are counted under the lock',
    hold: async (scene) => {
      const { rows, other, store } = scene;
      const maximum = 3;
      for (const _ of times(ROUNDS, () => undefined)) {
        const event = await rows.event({ totalTickets: 50 });
        const userId = await rows.user();
        let isCounted = true;
        const bookOne = (side: typeof store) => {
          const id = anId();
          return side.events.reserveTickets(event.id, vouched(userId), ({ event: sold, heldByOwner }) => {
            if (heldByOwner === 'not_counted') isCounted = false;
            else if (heldByOwner + 1 > maximum) refuse('too_many_for_a_user', { maximum, held: heldByOwner, requested: 1 });
            return newBooking(sold ?? refuse('not_found', { entity: 'event', id: event.id }), { id, userId, quantity: 1, now: NOW });
          });
        };
        const answers = await answersTo(times(12, (index) => bookOne(index % 2 === 0 ? store : other.store)));
        if (!isCounted) throw new NotProved('holdings');
        equal([countOf(answers, 'done'), (await rows.bookings(event)).length], [maximum, maximum], 'bookings of one person');
      }
    },
  },
  {
    id: 'B7',
    level: 'stock',
    needs: ['beside'],
    title: 'of two rows under one id at two servers, one is stored and stays: an insert overwrites nothing',
    hold: async ({ rows, other, store }) => {
      for (const _ of times(ROUNDS, () => undefined)) {
        const [event, elsewhere] = [await rows.event({ totalTickets: 10 }), await rows.event({ totalTickets: 10 })];
        const [userId, id] = [await rows.user(), anId()];
        const told = await wordsOf([rows.book(event, { userId, id, quantity: 2 }), other.rows.book(elsewhere, { userId, id, quantity: 3 })]);
        equal(countOf(told, 'done'), 1, 'bookings made under one id');
        const made = told[0] === 'done' ? event : elsewhere;
        equal(
          [(await rows.bookings(event)).length, (await rows.bookings(elsewhere)).length],
          made === event ? [1, 0] : [0, 1],
          'bookings of the two events',
        );
        equal([await rows.available(event), await rows.available(elsewhere)], made === event ? [8, 10] : [10, 7], 'tickets left');
        const plans = [anEvent({ organizerId: userId, name: 'one' }), anEvent({ organizerId: userId, name: 'other' })].map((plan) => ({
          ...plan,
          id: anId(),
        }));
        const [first, second] = plans.map((plan) => ({ ...plan, id: plans[0]?.id ?? plan.id }));
        if (first === undefined || second === undefined) return;
        const make = (side: typeof store, plan: typeof first) =>
          side.events.change(plan.id, OPERATOR, ({ event: before }) => (before === undefined ? plan : refuse('forbidden', { reason: 'not_owner' })));
        const answers = await wordsOf([make(store, first), make(other.store, second)]);
        equal(countOf(answers, 'done'), 1, 'events made under one id');
        equal((await rows.stored(first))?.name, answers[0] === 'done' ? 'one' : 'other', 'the event that was made');
        check((await rows.movements(first)).length === 1, 'an event that was made once has one line in its ledger');
      }
    },
  },
  {
    id: 'B8',
    level: 'keys',
    needs: ['beside'],
    title: 'two servers make one booking under one key, and both answer with it',
    hold: async ({ rows, other, store }) => {
      for (const round of times(ROUNDS, String)) {
        const [event, userId] = [await rows.event(), await rows.user()];
        const ask = (side: typeof store) => bookUnder(side, event, userId, under(vouched(userId), round));
        const answers = await allSettled(times(8, (index) => ask(index % 2 === 0 ? store : other.store)));
        equal(
          [new Set(answers.map(({ value }) => value.id)).size, answers.filter(({ replayed }) => replayed).length],
          [1, 7],
          'bookings answered, and replays',
        );
        equal([await rows.available(event), (await rows.bookings(event)).length], [9, 1], 'tickets left, and bookings');
      }
    },
  },
  {
    id: 'B9',
    level: 'keys',
    needs: ['beside'],
    title: 'of two requests under one key for two events at two servers, one is made',
    hold: async ({ rows, other, store }) => {
      for (const round of times(ROUNDS, String)) {
        const [one, two, userId] = [await rows.event(), await rows.event(), await rows.user()];
        const answers = await answersTo([
          bookUnder(store, one, userId, under(vouched(userId), round, { fingerprint: 'one' })),
          bookUnder(other.store, two, userId, under(vouched(userId), round, { fingerprint: 'two' })),
        ]);
        equal(answers.toSorted(), ['done', 'idempotency_key_reused']);
        equal((await rows.bookings(one)).length + (await rows.bookings(two)).length, 1, 'bookings');
      }
    },
  },
];
