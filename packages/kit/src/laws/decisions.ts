import { newBooking, Refusal, refuse } from '@ticket/domain';
import { allSettled, check, equal, partly, wordsOf } from '../assertions.ts';
import { anEvent, anId, NOW } from '../builders.ts';
import { type LawDefinition, NotProved } from '../law.ts';
import { OPERATOR, times, vouched } from '../rows.ts';
import { fourOfTen } from './four-of-ten.ts';
import { bookUnder, under } from './keys.ts';

/** Decisions that throw, return something wrong, or are called in a wrong way. */
export const DECISIONS: readonly LawDefinition[] = [
  {
    id: 'S80',
    level: 'stock',
    title: 'a decision that throws changes nothing and answers its caller alone; its neighbours are stored',
    hold: async ({ rows, store }) => {
      const event = await rows.event({ totalTickets: 5 });
      const userId = await rows.user();
      const answers = await wordsOf([
        rows.book(event, { userId, quantity: 2 }),
        rows.book(event, { userId, quantity: 9 }),
        store.events.reserveTickets(event.id, OPERATOR, () => {
          throw new Error('a bug');
        }),
        store.events.change(event.id, OPERATOR, () => refuse('forbidden', { reason: 'not_admin' })),
        rows.edit(event, { name: 'Blues' }),
        rows.book(event, { userId, quantity: 1 }),
      ]);
      equal(answers, ['done', 'insufficient_tickets', 'a bug', 'forbidden', 'done', 'done']);
      partly(await rows.stored(event), { name: 'Blues', availableTickets: 2 });
      equal((await rows.bookings(event)).length, 2, 'bookings');
      equal(await rows.moves(event), [
        [1, 'opened', 5, 5],
        [2, 'booked', -2, 3],
        [3, 'booked', -1, 2],
      ]);
    },
  },
  {
    id: 'S81',
    level: 'stock',
    title: 'the same holds for changes of bookings',
    hold: async ({ rows, store }) => {
      const { event, userId, booking } = await fourOfTen(rows);
      const other = await rows.book(event, { userId });
      const answers = await wordsOf([
        rows.setStatus(other, 'cancelled'),
        store.bookings.change(booking.id, OPERATOR, () => refuse('forbidden', { reason: 'not_owner' })),
        store.bookings.change(booking.id, OPERATOR, () => {
          throw new Error('a bug');
        }),
        rows.setStatus(booking, 'pending'),
      ]);
      equal(answers, ['done', 'forbidden', 'a bug', 'done']);
      equal((await rows.bookings(event)).find(({ id }) => id === booking.id)?.status, 'pending');
      equal(
        [await rows.available(event), (await rows.movements(event)).map(({ delta }) => delta)],
        [6, [10, -4, -1, 1]],
        'tickets left, and movements',
      );
    },
  },
  {
    id: 'S82',
    level: 'stock',
    title: 'an error reaches its caller as it was thrown, the same object',
    hold: async ({ rows, store }) => {
      const event = await rows.event();
      const [bug, refusal] = [new Error('a bug'), new Refusal('forbidden', { reason: 'not_admin' })];
      for (const thrown of [bug, refusal]) {
        const found = await store.events
          .change(event.id, OPERATOR, () => {
            throw thrown;
          })
          .catch((error: unknown) => error);
        check(found === thrown, `expected ${thrown.name} as it was thrown, found ${String(found)}`);
      }
    },
  },
  {
    id: 'S83',
    level: 'stock',
    title: 'an event that is refused stays out of the store and its ledger',
    hold: async ({ rows, store }) => {
      const event = anEvent({ organizerId: await rows.user() });
      const [told] = await wordsOf([store.events.change(event.id, OPERATOR, () => refuse('forbidden', { reason: 'not_admin' }))]);
      equal([told, await rows.stored(event), await rows.movements(event)], ['forbidden', undefined, []]);
    },
  },
  {
    id: 'S84',
    level: 'stock',
    title: 'an event whose tickets are held is not deleted, whatever the decision returns',
    hold: async ({ rows, store }) => {
      const { event, booking } = await fourOfTen(rows);
      const [told] = await wordsOf([store.events.change(event.id, OPERATOR, () => undefined)]);
      check(told !== 'done', 'the deletion of an event whose tickets are held was done');
      equal([await rows.available(event), await rows.bookings(event)], [6, [booking]]);
    },
  },
  {
    id: 'S90',
    level: 'stock',
    title: 'a new booking under an id that is taken is not stored, and the booking that has the id stays as it was',
    hold: async ({ rows }) => {
      const sale = await fourOfTen(rows);
      for (const event of [sale.event, await rows.event({ totalTickets: 10 })]) {
        const neighbour = { userId: await rows.user(), quantity: 1 };
        const before = (await rows.available(event)) ?? 0;
        const [first, told, last] = await wordsOf([
          rows.book(event, neighbour),
          rows.book(event, { userId: sale.userId, quantity: 2, id: sale.booking.id }),
          rows.book(event, neighbour),
        ]);
        equal([first, last], ['done', 'done'], 'the neighbours');
        check(told !== 'done', 'a second booking under the same id was made');
        equal(await rows.available(event), before - 2, 'tickets left');
        equal(
          (await rows.bookings(sale.event)).find(({ id }) => id === sale.booking.id),
          sale.booking,
          'the booking that has the id',
        );
      }
      const id = anId();
      const [one, other] = await wordsOf([1, 2].map((quantity) => rows.book(sale.event, { userId: sale.userId, quantity, id })));
      equal(one, 'done');
      check(other !== 'done', 'two bookings under one id were made at once');
      equal(
        (await rows.bookings(sale.event)).filter((booking) => booking.id === id).map(({ quantity }) => quantity),
        [1],
        'bookings under the id',
      );
    },
  },
  {
    id: 'S91',
    level: 'stock',
    title: 'a decision gets the actor of its own caller: anonymous, the operator, or a user with the role that the app vouches for',
    hold: async ({ rows, store }) => {
      const event = await rows.event();
      const users = await allSettled(times(5, () => rows.user()));
      const bookings = await allSettled(
        users.map((userId) => {
          const id = anId();
          return store.events.reserveTickets(event.id, vouched(userId), ({ actor, event: sold }) =>
            newBooking(sold ?? refuse('not_found', { entity: 'event', id: event.id }), {
              id,
              userId: typeof actor === 'string' ? refuse('unauthenticated', {}) : actor.id,
              quantity: 1,
              now: NOW,
            }),
          );
        }),
      );
      equal(
        bookings.map(({ value }) => value.userId),
        users,
        'the users of the bookings',
      );
      const seen: unknown[] = [];
      const [userId = ''] = users;
      for (const context of [{ actor: 'anonymous' }, OPERATOR, vouched(userId, 'admin')] as const) {
        await store.events.change(event.id, context, ({ actor, event: row }) => {
          seen.push(actor);
          return row;
        });
      }
      const last = seen.filter((actor, index) => JSON.stringify(actor) !== JSON.stringify(seen[index - 1])); // a decision may run twice
      equal(last, ['anonymous', 'operator', { id: userId, role: 'admin' }], 'the actors');
    },
  },
  {
    id: 'S92',
    level: 'stock',
    needs: ['holdings'],
    title: 'where holdings are counted, a decision gets what the booking’s owner holds of the event, with what came before it',
    hold: async ({ rows, store }) => {
      const [event, elsewhere] = [await rows.event({ totalTickets: 100 }), await rows.event()];
      const [buyer, other] = [await rows.user(), await rows.user()];
      await rows.book(elsewhere, { userId: buyer, quantity: 4 });
      /** Books, and returns what the decision got. A decision may run again, so the last run counts. */
      const heldWhen = async (userId: string, quantity: number) => {
        const id = anId();
        let held: number | 'not_counted' | undefined;
        const booking = store.events.reserveTickets(event.id, vouched(userId), ({ event: sold, heldByOwner }) => {
          held = heldByOwner;
          return newBooking(sold ?? refuse('not_found', { entity: 'event', id: event.id }), { id, userId, quantity, now: NOW });
        });
        await wordsOf([booking]);
        return held;
      };
      const seen = await allSettled([3, 1000, 1, 2].flatMap((quantity) => [heldWhen(buyer, quantity), heldWhen(other, 5)]));
      if (seen.every((held) => held === 'not_counted')) throw new NotProved('holdings');
      equal(seen, [0, 0, 3, 5, 3, 10, 4, 15], 'tickets held when each booking was decided');
    },
  },
  {
    id: 'S93',
    level: 'stock',
    title: 'an idempotency key is never ignored: a request that comes twice makes one booking, or is refused',
    hold: async ({ rows, store }) => {
      const [event, userId] = [await rows.event({ totalTickets: 10 }), await rows.user()];
      const told = await wordsOf(times(2, () => bookUnder(store, event, userId, under(vouched(userId), 'k'))));
      const made = (await rows.bookings(event)).length;
      check(made <= 1, `two requests under one key made ${made} bookings; a store without keys throws for a context with one`);
      equal(told.includes('done'), made === 1, 'that a request was answered as done');
    },
  },
];
