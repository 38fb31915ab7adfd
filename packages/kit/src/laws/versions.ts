import { changedEvent, refuse, requireVersion, Unavailable, withStatus } from '@ticket/domain';
import type { User } from '@ticket/domain/accounts';
import { answersTo, check, equal, partly } from '../assertions.ts';
import type { LawDefinition } from '../law.ts';
import { madeUser, OPERATOR, times } from '../rows.ts';
import type { FullStore } from '../store.ts';

type Versioned = { readonly id: string; readonly version: number };

/** Edits an event if it still has the version that was read, as the use case does. */
const renamed = ({ events }: FullStore, { id, version }: Versioned, name: string) =>
  events.change(id, OPERATOR, ({ event }) => {
    const before = event ?? refuse('not_found', { entity: 'event', id });
    requireVersion({ ...OPERATOR, ifVersion: [version] }, before);
    return changedEvent(before, { name }, before.updatedAt);
  });

/** Cancels a booking if it still has the version that was read. */
const cancelled = ({ bookings }: FullStore, { id, version }: Versioned) =>
  bookings.change(id, OPERATOR, ({ booking }) => {
    const before = booking ?? refuse('not_found', { entity: 'booking', id });
    requireVersion({ ...OPERATOR, ifVersion: [version] }, before);
    return withStatus(before, 'cancelled');
  });

/** Renames a user if they still have the version that was read. */
const renamedUser = ({ users }: FullStore, { id, version }: User, name: string) =>
  users.change(id, OPERATOR, ({ user }) => {
    const before = user ?? refuse('not_found', { entity: 'user', id });
    requireVersion({ ...OPERATOR, ifVersion: [version] }, before);
    return { user: { ...before, name, version: before.version + 1 } };
  });

const onlyOneOf = (count: number): string[] => ['done', ...times(count - 1, () => 'version_changed')];

/** Changes on the condition that nobody has edited the row since it was read. */
export const VERSIONS: readonly LawDefinition[] = [
  {
    id: 'S10',
    level: 'stock',
    title: 'the version of an event and of a booking is raised by each stored edit, by no sale, and is stored',
    hold: async ({ rows }) => {
      const event = await rows.event();
      const booking = await rows.book(event, { userId: await rows.user() });
      equal([event.version, booking.version], [1, 1], 'versions of new rows');
      equal((await rows.edit(event, { name: 'Blues' })).version, 2);
      await rows.setStatus(booking, 'cancelled');
      equal((await rows.setStatus(booking, 'pending')).version, 3);
      equal((await rows.edit(event, { totalTickets: 20 })).version, 3);
      partly(await rows.stored(event), { version: 3, stockVersion: 5 }, 'the event');
      partly((await rows.bookings(event))[0], { version: 3, status: 'pending' }, 'the booking');
    },
  },
  {
    id: 'S30',
    level: 'stock',
    title: 'of conditional changes of one version that come at once, one is done, whatever is sold meanwhile',
    hold: async ({ rows, store }) => {
      const event = await rows.event();
      const userId = await rows.user();
      const booking = await rows.book(event, { userId });
      const edits = ['Blues', 'Soul', 'Funk', 'Rock'].map((name) => () => renamed(store, event, name));
      const answers = await answersTo(edits.flatMap((edit) => [edit(), rows.book(event, { userId })]));
      equal(answers.filter((_, index) => index % 2 === 0).toSorted(), onlyOneOf(4), 'edits of the event');
      equal((await answersTo(times(4, () => cancelled(store, booking)))).toSorted(), onlyOneOf(4), 'cancellations of the booking');
      partly(await rows.stored(event), { version: 2, availableTickets: 6 }, 'the event');
    },
  },
  {
    id: 'B10',
    level: 'stock',
    needs: ['beside'],
    title: 'of conditional changes of one version that come to two servers at once, one is done',
    hold: async ({ rows, store, other }) => {
      for (const _ of times(5, () => undefined)) {
        const event = await rows.event();
        const booking = await rows.book(event, { userId: await rows.user() });
        const edits = times(6, (index) => renamed(index % 2 === 0 ? store : other.store, event, `Blues ${index}`));
        equal((await answersTo(edits)).toSorted(), onlyOneOf(6), 'edits of the event');
        const cancellations = times(6, (index) => cancelled(index % 2 === 0 ? store : other.store, booking));
        equal((await answersTo(cancellations)).toSorted(), onlyOneOf(6), 'cancellations of the booking');
        partly(await rows.stored(event), { version: 2, availableTickets: 10 }, 'the event');
      }
    },
  },
  {
    id: 'F10',
    level: 'stock',
    needs: ['fault'],
    title: 'a conditional change whose COMMIT is lost is not refused for the version that it stored itself',
    hold: async ({ rows, store, fault }) => {
      const event = await rows.event();
      const booking = await rows.book(event, { userId: await rows.user() });
      for (const change of [() => renamed(store, event, 'Blues'), () => cancelled(store, booking)]) {
        const hasHappened = await fault('at_commit');
        const told = await change().then(
          () => 'done',
          (error: unknown) => (error instanceof Unavailable ? error.outcome : String(error)),
        );
        check(hasHappened(), 'the fault at_commit was asked for, and did not happen: nothing is proved about it');
        check(told === 'done' || told === 'unknown', `the change is stored, and its caller was told: ${told}`);
      }
      partly(await rows.stored(event), { name: 'Blues', version: 2, availableTickets: 10 }, 'the event');
    },
  },
  {
    id: 'U13',
    level: 'accounts',
    title: 'of conditional changes of one version of a user that come at once, one is done',
    hold: async ({ store }) => {
      const user = await madeUser(store.users);
      const names = ['Budi', 'Wati', 'Dewi', 'Ayu'];
      equal((await answersTo(names.map((name) => renamedUser(store, user, name)))).toSorted(), onlyOneOf(4));
      equal((await store.users.find(user.id, 'latest'))?.version, 2, 'the version of the user');
    },
  },
];
