import { type Answer, type Booking, type Event, newBooking, refuse } from '@ticket/domain';
import type { Actor, RepositoryContext } from '@ticket/domain/spi';
import { allSettled, answersTo, answerTo, check, equal } from '../assertions.ts';
import { anEvent, anId, NOW } from '../builders.ts';
import type { LawDefinition } from '../law.ts';
import { OPERATOR, times, vouched } from '../rows.ts';
import type { Store } from '../store.ts';

const HOUR_MS = 60 * 60 * 1000;

/** A context under a key, for any actor unless told otherwise. */
export const under = (
  { actor }: Pick<RepositoryContext, 'actor'>,
  value: string,
  { fingerprint = 'asked', kind = 'book_tickets', allow = (_: Actor): void => {} } = {},
): RepositoryContext => ({ actor, key: { value, fingerprint, kind, allow } });

/** Books under a context, each time with a new id, as a client's retry does. */
export function bookUnder(
  { events }: Pick<Store, 'events'>,
  event: Event,
  userId: string,
  context: RepositoryContext,
  quantity = 1,
): Promise<Answer<Booking>> {
  const id = anId();
  return events.reserveTickets(event.id, context, ({ event: sold }) =>
    newBooking(sold ?? refuse('not_found', { entity: 'event', id: event.id }), { id, userId, quantity, now: NOW }),
  );
}

/** A request that is repeated under one idempotency key takes effect once. */
export const KEYS: readonly LawDefinition[] = [
  {
    id: 'K1',
    level: 'keys',
    title: 'the second answer under a key is the first, and says so; nothing is made again',
    hold: async ({ rows, store }) => {
      const [event, userId] = [await rows.event(), await rows.user()];
      const first = await bookUnder(store, event, userId, under(vouched(userId), 'k'));
      equal(first.replayed, false, 'that the first answer is a replay');
      equal(await bookUnder(store, event, userId, under(vouched(userId), 'k')), { value: first.value, replayed: true });
      equal([await rows.available(event), (await rows.bookings(event)).length], [9, 1], 'tickets left, and bookings');
    },
  },
  {
    id: 'K2',
    level: 'keys',
    title: 'the answer is as it was then, also when the booking was cancelled or deleted since',
    hold: async ({ rows, store }) => {
      const [event, userId] = [await rows.event(), await rows.user()];
      const again = () => bookUnder(store, event, userId, under(vouched(userId), 'k'));
      const { value: made } = await again();
      await rows.setStatus(made, 'cancelled');
      equal(await again(), { value: made, replayed: true });
      await rows.deleteBooking(made);
      equal(await again(), { value: made, replayed: true });
      equal(await rows.available(event), 10, 'tickets left');
    },
  },
  {
    id: 'K3',
    level: 'keys',
    title: 'twenty at once under one key make one booking, which answers all of them',
    hold: async ({ rows, store }) => {
      const [event, userId] = [await rows.event(), await rows.user()];
      const answers = await allSettled(times(20, () => bookUnder(store, event, userId, under(vouched(userId), 'k'))));
      equal(
        [new Set(answers.map(({ value }) => value.id)).size, answers.filter(({ replayed }) => replayed).length],
        [1, 19],
        'bookings answered, and replays',
      );
      equal([await rows.available(event), (await rows.bookings(event)).length], [9, 1], 'tickets left, and bookings');
    },
  },
  {
    id: 'K4',
    level: 'keys',
    title: 'a key that was used for another request is refused, also for one of another kind, and nothing is made',
    hold: async ({ rows, store }) => {
      const [event, userId] = [await rows.event(), await rows.user()];
      const ask = (what: Parameters<typeof under>[2]) => answerTo(bookUnder(store, event, userId, under(vouched(userId), 'k', what), 2));
      equal(
        [await ask({}), await ask({ fingerprint: 'something else' }), await ask({ kind: 'create_event' })],
        ['done', 'idempotency_key_reused', 'idempotency_key_reused'],
      );
      const plan = anEvent({ organizerId: userId });
      equal(
        await answerTo(store.events.change(plan.id, under(vouched(userId), 'k', { kind: 'create_event' }), () => plan)),
        'idempotency_key_reused',
      );
      equal([await rows.available(event), await rows.stored(plan)], [8, undefined], 'tickets left, and the other event');
    },
  },
  {
    id: 'K5',
    level: 'keys',
    title: 'of two requests at once under one key one is made, also for two events',
    hold: async ({ rows, store }) => {
      const [one, other, userId] = [await rows.event(), await rows.event(), await rows.user()];
      for (const round of times(5, String)) {
        const answers = await answersTo([
          bookUnder(store, one, userId, under(vouched(userId), round, { fingerprint: 'one' })),
          bookUnder(store, other, userId, under(vouched(userId), round, { fingerprint: 'other' })),
        ]);
        equal(answers.toSorted(), ['done', 'idempotency_key_reused']);
      }
      equal((await rows.bookings(one)).length + (await rows.bookings(other)).length, 5, 'bookings');
    },
  },
  {
    id: 'K6',
    level: 'keys',
    title: 'each user has keys of their own, and a key is compared letter by letter',
    hold: async ({ rows, store }) => {
      const [event, one, other] = [await rows.event(), await rows.user(), await rows.user()];
      const answers = [
        await bookUnder(store, event, one, under(vouched(one), 'k')),
        await bookUnder(store, event, other, under(vouched(other), 'k')),
      ];
      equal(
        answers.map(({ value, replayed }) => [value.userId, replayed]),
        [
          [one, false],
          [other, false],
        ],
      );
      for (const value of ['Key', 'key', 'KEY', '"key"', 'k'.repeat(255)]) await bookUnder(store, event, one, under(vouched(one), value));
      equal(await rows.available(event), 3, 'tickets left');
    },
  },
  {
    id: 'K7',
    level: 'keys',
    title: 'a refusal keeps no key: the same request may be made later',
    hold: async ({ rows, store }) => {
      const [event, userId] = [await rows.event({ totalTickets: 1 }), await rows.user()];
      const ask = () => answerTo(bookUnder(store, event, userId, under(vouched(userId), 'k'), 2));
      equal(await ask(), 'insufficient_tickets');
      await rows.edit(event, { totalTickets: 2 });
      equal([await ask(), await rows.available(event)], ['done', 0]);
      const bug = () =>
        store.events.reserveTickets(event.id, under(vouched(userId), 'bug'), () => {
          throw new Error('a bug');
        });
      check((await bug().catch((error: unknown) => String(error))) === 'Error: a bug', 'a decision that throws did not reach its caller');
      await rows.edit(event, { totalTickets: 3 });
      equal((await bookUnder(store, event, userId, under(vouched(userId), 'bug'))).replayed, false, 'that a key of a failed decision was kept');
    },
  },
  {
    id: 'K8',
    level: 'keys',
    title: 'the first answer to a new event stays what it was when the event is edited',
    hold: async ({ rows, store }) => {
      const userId = await rows.user();
      const create = () => {
        const plan = anEvent({ organizerId: userId, description: 'Two\nlines, "quotes" and 🎷' });
        return store.events.change(plan.id, under(vouched(userId, 'admin'), 'k', { kind: 'create_event' }), () => plan);
      };
      const { value: made } = await create();
      await rows.edit(made, { name: 'Blues', totalTickets: 3 });
      equal(await create(), { value: made, replayed: true });
    },
  },
  {
    id: 'K9',
    level: 'keys',
    title: 'the first answer is given only where `allow` lets the actor of now have it, and the key is judged after the actor',
    hold: async ({ rows, store }) => {
      const [event, userId] = [await rows.event(), await rows.user()];
      const seen: Actor[] = [];
      const allow = (actor: Actor) => {
        seen.push(actor);
        if (typeof actor === 'string' || actor.role !== 'admin') refuse('forbidden', { reason: 'not_admin' });
      };
      const ask = (role: 'user' | 'admin', fingerprint = 'asked') =>
        answerTo(bookUnder(store, event, userId, under(vouched(userId, role), 'k', { allow, fingerprint })));
      equal(
        [await ask('admin'), await ask('admin'), await ask('user'), await ask('user', 'something else')],
        ['done', 'done', 'forbidden', 'forbidden'],
      );
      equal(seen.at(-1), { id: userId, role: 'user' }, 'the actor that `allow` was given');
      equal(await rows.available(event), 9, 'tickets left');
    },
  },
  {
    id: 'K10',
    level: 'keys',
    title: 'old answers are forgotten in steps, younger ones stay, and an age is in milliseconds',
    hold: async ({ rows, store }) => {
      const [event, userId] = [await rows.event({ totalTickets: 100 }), await rows.user()];
      const { forget } = store.idempotencyRecords;
      const isKept = async (value: string) => (await store.idempotencyRecords.find(userId, value)) !== undefined;
      for (const value of ['a', 'b', 'c']) await bookUnder(store, event, userId, under(vouched(userId), value));
      equal(await forget.call(store.idempotencyRecords, HOUR_MS, 100), 0, 'answers of an hour forgotten');
      await new Promise((resolve) => setTimeout(resolve, 1300));
      await bookUnder(store, event, userId, under(vouched(userId), 'young'));
      equal(await forget.call(store.idempotencyRecords, 30_000, 100), 0, 'answers of thirty seconds forgotten');
      equal(await forget.call(store.idempotencyRecords, 1000, 2), 2, 'answers of a second forgotten, two at most');
      while ((await forget.call(store.idempotencyRecords, 1000, 100)) > 0);
      equal([await isKept('a'), await isKept('b'), await isKept('c'), await isKept('young')], [false, false, false, true], 'answers that are left');
      equal((await bookUnder(store, event, userId, under(vouched(userId), 'a', { fingerprint: 'else' }))).replayed, false);
    },
  },
  {
    id: 'K11',
    level: 'keys',
    title: 'the answer is found under its owner and key, with its request',
    hold: async ({ rows, store }) => {
      const [event, userId] = [await rows.event(), await rows.user()];
      equal(await store.idempotencyRecords.find(userId, 'k'), undefined);
      await bookUnder(store, event, userId, under(vouched(userId), 'k', { fingerprint: 'print', kind: 'book_tickets' }));
      const found = await store.idempotencyRecords.find(userId, 'k');
      equal([found?.owner, found?.key, found?.kind, found?.fingerprint], [userId, 'k', 'book_tickets', 'print']);
      equal(await store.idempotencyRecords.find('operator', 'k'), undefined);
      await store.events.change(event.id, under(OPERATOR, 'k'), ({ event: row }) => row);
    },
  },
];
