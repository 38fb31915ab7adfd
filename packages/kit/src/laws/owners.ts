import { newEvent, refuse } from '@ticket/domain';
import type { Actor } from '@ticket/domain/spi';
import { answersTo, check, equal, partly, wordsOf } from '../assertions.ts';
import { aBooking, anEvent, anId, NOW } from '../builders.ts';
import type { LawDefinition, Scene } from '../law.ts';
import { holder, madeUser, OPERATOR, times } from '../rows.ts';
import type { FullStore } from '../store.ts';
import { remove } from './user-changes.ts';

const idOf = (actor: Actor): string => (typeof actor === 'string' ? refuse('unauthenticated', {}) : actor.id);

/** Requires that one of two calls wins. The rows show which one. `expected` has the answers to both calls, for each winner. */
function requireOneWins(answers: readonly (string | undefined)[], expected: readonly [readonly string[], readonly string[]]): boolean {
  const words = answers.join(' and ');
  check(
    expected.some((pair) => pair.join(' and ') === words),
    `expected ${expected.map((pair) => pair.join(' and ')).join(', or ')}, found ${words}`,
  );
  return words === expected[0].join(' and ');
}

/** A user books, and is deleted at the same time: at one server, or at two. */
async function bookAndDelete({ rows, store }: Scene, other: FullStore): Promise<void> {
  await madeUser(store.users, { role: 'admin' });
  for (const round of times(6, (index) => index)) {
    const user = await madeUser(store.users);
    const event = await rows.event();
    const plan = aBooking({ eventId: event.id });
    const book = () => store.events.reserveTickets(event.id, holder(user), ({ actor }) => ({ ...plan, userId: idOf(actor) }));
    const gone = () => remove(other, user.id);
    const [first, second] = await answersTo(round % 2 === 0 ? [book(), gone()] : [gone(), book()]);
    const isBooked = requireOneWins(round % 2 === 0 ? [first, second] : [second, first], [
      ['done', 'user_has_active_bookings'],
      ['unauthenticated', 'done'],
    ]);
    equal(
      [await store.users.find(user.id, 'latest'), (await rows.bookings(event)).length],
      isBooked ? [user, 1] : [undefined, 0],
      'the user, and bookings',
    );
    equal(await rows.available(event), isBooked ? 8 : 10, 'tickets left');
  }
}

/** Users, and the bookings and events that belong to them. */
export const OWNERS: readonly LawDefinition[] = [
  {
    id: 'U25',
    level: 'accounts',
    title: 'the store says which users have bookings that hold tickets, and which ones organise events',
    hold: async ({ rows, store }) => {
      const [user, event] = [await madeUser(store.users), await rows.event()];
      const requireFacts = async (facts: object) => partly(await store.users.findFacts(user.id, 'latest'), facts);
      await rows.book(event, { userId: await rows.user() });
      await requireFacts({ hasActiveBookings: false, organisesEvents: false });
      const [first, second] = [await rows.book(event, { userId: user.id }), await rows.book(event, { userId: user.id })];
      await rows.deleteBooking(first);
      await rows.setStatus(second, 'pending');
      await requireFacts({ hasActiveBookings: true, organisesEvents: false });
      await rows.setStatus(second, 'cancelled');
      await rows.event({ organizerId: user.id });
      await requireFacts({ hasActiveBookings: false, organisesEvents: true });
    },
  },
  {
    id: 'U26',
    level: 'accounts',
    title: 'a user with tickets or events stays, even if a decision forgets to ask; cancelled bookings go with them, and the ledger stays',
    hold: async ({ rows, store }) => {
      await madeUser(store.users, { role: 'admin' });
      const [owner, organizer] = [await madeUser(store.users), await madeUser(store.users)];
      const event = await rows.event({ organizerId: organizer.id });
      const booking = await rows.book(event, { userId: owner.id, quantity: 3 });
      equal(await answersTo([remove(store, owner.id), remove(store, organizer.id)]), ['user_has_active_bookings', 'user_organises_events']);
      equal([await store.users.find(owner.id, 'latest'), await rows.bookings(event)], [owner, [booking]]);
      const kept = await rows.book(event, { userId: await rows.user() });
      await rows.setStatus(booking, 'cancelled');
      await remove(store, owner.id);
      equal([await store.users.find(owner.id, 'latest'), await rows.bookings(event)], [undefined, [kept]]);
      partly(await rows.stored(event), { availableTickets: 9, stockVersion: 4 });
    },
  },
  {
    id: 'U27',
    level: 'accounts',
    title: 'an event or a booking of nobody is not stored, and its neighbours are',
    hold: async ({ rows, store }) => {
      const event = anEvent({ organizerId: anId() });
      const [told] = await wordsOf([store.events.change(event.id, OPERATOR, () => event)]);
      check(told !== 'done', 'an event whose organizer does not exist was made');
      equal([await rows.stored(event), await rows.movements(event)], [undefined, []]);
      const onSale = await rows.event();
      const userId = await rows.user();
      const [before, ghost, behind] = await wordsOf([
        rows.book(onSale, { userId, quantity: 2 }),
        rows.book(onSale, { userId: anId(), quantity: 3 }),
        rows.book(onSale, { userId, quantity: 1 }),
      ]);
      equal([before, ghost === 'done', behind], ['done', false, 'done']);
      equal(
        [await rows.available(onSale), (await rows.bookings(onSale)).map(({ quantity }) => quantity).toSorted()],
        [7, [1, 2]],
        'tickets left, and bookings',
      );
    },
  },
  {
    id: 'U28',
    level: 'accounts',
    title: 'of a booking and the deletion of its user at once, one wins: no booking is left without its owner',
    hold: (scene) => bookAndDelete(scene, scene.store),
  },
  {
    id: 'U29',
    level: 'accounts',
    needs: ['beside'],
    title: 'the same at two servers: no booking is left without its owner',
    hold: (scene) => bookAndDelete(scene, scene.other.store),
  },
  {
    id: 'U30',
    level: 'accounts',
    title: 'of a new event and the deletion of its organizer at once, one wins',
    hold: async ({ rows, store }) => {
      await madeUser(store.users, { role: 'admin' });
      for (const round of times(6, (index) => index)) {
        const user = await madeUser(store.users);
        const plan = anEvent();
        const create = () =>
          store.events.change(plan.id, holder(user), ({ actor }) => newEvent(plan, { id: plan.id, organizerId: idOf(actor), now: NOW }));
        const [first, second] = await answersTo(round % 2 === 0 ? [create(), remove(store, user.id)] : [remove(store, user.id), create()]);
        const isMade = requireOneWins(round % 2 === 0 ? [first, second] : [second, first], [
          ['done', 'user_organises_events'],
          ['unauthenticated', 'done'],
        ]);
        equal((await rows.stored(plan))?.organizerId, isMade ? user.id : undefined, 'the organizer of the event');
      }
    },
  },
];
