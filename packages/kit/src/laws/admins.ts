import { refuse } from '@ticket/domain';
import type { User } from '@ticket/domain/accounts';
import type { Actor, RepositoryContext } from '@ticket/domain/spi';
import { allSettled, answersTo, answerTo, check, equal, partly } from '../assertions.ts';
import { aBooking, anId, aUser } from '../builders.ts';
import type { LawDefinition, Scene } from '../law.ts';
import { holder, madeUser, OPERATOR, SOME_HASH, times } from '../rows.ts';
import type { FullStore } from '../store.ts';

const _rightsOf = ({ id, role, tokenVersion }: User) => ({ id, role, tokenVersion });
const idOf = (actor: Actor): string => (typeof actor === 'string' ? refuse('unauthenticated', {}) : actor.id);
const _put = (store: FullStore, user: User) => store.users.change(user.id, OPERATOR, () => ({ user }));

/** The actor that decisions on an event, on a booking and on a user are given. */
async function actorsSeen({ rows }: Scene, store: FullStore, context: RepositoryContext): Promise<readonly Actor[]> {
  const event = await rows.event();
  const booking = await rows.book(event, { userId: await rows.user() });
  const seen: Actor[] = [];
  const look = (at: number, actor: Actor): never => {
    seen[at] = actor;
    return refuse('forbidden', { reason: 'not_admin' });
  };
  await answersTo([
    store.events.change(event.id, context, ({ actor }) => look(0, actor)),
    store.bookings.change(booking.id, context, ({ actor }) => look(1, actor)),
    store.events.reserveTickets(event.id, context, ({ actor }) => look(2, actor)),
    store.users.change(anId(), context, ({ actor }) => look(3, actor)),
  ]);
  return seen;
}

async function _requireRights(scene: Scene, store: FullStore, context: RepositoryContext, expected: 'stale' | object): Promise<void> {
  for (const actor of await actorsSeen(scene, store, context)) {
    if (typeof expected === 'string') equal(actor, expected, 'the actor');
    else partly(actor, expected, 'the actor');
  }
}

/** One of the two wins, and the rows tell which. `expected` has the answers to both, for either winner. */
function requireOneWins(answers: readonly (string | undefined)[], expected: readonly [readonly string[], readonly string[]]): boolean {
  const words = answers.join(' and ');
  check(
    expected.some((pair) => pair.join(' and ') === words),
    `expected ${expected.map((pair) => pair.join(' and ')).join(', or ')}, found ${words}`,
  );
  return words === expected[0].join(' and ');
}

/** A user books, and is deleted at the same time: at one server, or at two. */
async function _bookAndDelete({ rows, store }: Scene, other: FullStore): Promise<void> {
  await madeUser(store.users, { role: 'admin' });
  for (const round of times(6, (index) => index)) {
    const user = await madeUser(store.users);
    const event = await rows.event();
    const plan = aBooking({ eventId: event.id });
    const book = () => store.events.reserveTickets(event.id, holder(user), ({ actor }) => ({ ...plan, userId: idOf(actor) }));
    const remove = () => other.users.change(user.id, OPERATOR, () => undefined);
    const [first, second] = await answersTo(round % 2 === 0 ? [book(), remove()] : [remove(), book()]);
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

const adminsOf = async ({ userQueries }: FullStore): Promise<number> =>
  (await userQueries.list({ offset: 0, limit: 100 })).rows.filter(({ role }) => role === 'admin').length;
const demote = ({ users }: FullStore, id: string) =>
  users.change(id, OPERATOR, ({ user, hasOtherAdmins }) => {
    if (user === undefined) return refuse('not_found', { entity: 'user', id });
    return user.role === 'admin' && !hasOtherAdmins ? refuse('last_admin', {}) : { user: { ...user, role: 'user' } };
  });
const remove = ({ users }: FullStore, id: string) => users.change(id, OPERATOR, () => undefined);

/** There is always an admin. */
export const ADMINS: readonly LawDefinition[] = [
  {
    id: 'U40',
    level: 'accounts',
    title:
      'the last admin stays: when all are demoted at once, when one is demoted and one deleted, when two delete each other, when a decision forgets to ask',
    hold: async ({ store }) => {
      const admins = await allSettled(times(4, () => madeUser(store.users, { role: 'admin' })));
      const demoted = await answersTo(admins.map(({ id }) => demote(store, id)));
      equal([demoted.toSorted(), await adminsOf(store)], [['done', 'done', 'done', 'last_admin'], 1], 'after four demotions');
      const second = await madeUser(store.users, { role: 'admin' });
      const first = admins[demoted.indexOf('last_admin')] ?? second;
      equal((await answersTo([demote(store, first.id), remove(store, second.id)])).toSorted(), ['done', 'last_admin'], 'a demotion and a deletion');
      equal(await adminsOf(store), 1, 'admins');
      const [last] = (await store.userQueries.list({ offset: 0, limit: 100 })).rows.filter(({ role }) => role === 'admin');
      equal(await answerTo(remove(store, last?.id ?? '')), 'last_admin', 'the deletion of the last admin');
      const third = await madeUser(store.users, { role: 'admin' });
      equal((await answersTo([remove(store, last?.id ?? ''), remove(store, third.id)])).toSorted(), ['done', 'last_admin'], 'two deletions');
      equal(await adminsOf(store), 1, 'admins');
    },
  },
  {
    id: 'U41',
    level: 'accounts',
    title: 'a decision about a user is told of the other admins, and never of the user as one of them',
    hold: async ({ store }) => {
      const [one, other] = [await madeUser(store.users, { role: 'admin' }), await madeUser(store.users, { role: 'admin' })];
      const look = async (id: string): Promise<boolean | undefined> => {
        let seen: boolean | undefined;
        await answerTo(
          store.users.change(id, OPERATOR, ({ hasOtherAdmins }) => {
            seen = hasOtherAdmins;
            return refuse('last_admin', {});
          }),
        );
        return seen;
      };
      equal(await look(one.id), true);
      await remove(store, other.id);
      equal([await look(one.id), await look(anId())], [false, true]);
      partly(await store.users.findFacts(one.id, 'latest'), { hasOtherAdmins: false });
    },
  },
  {
    id: 'U42',
    level: 'accounts',
    needs: ['beside'],
    title: 'two servers make one first admin between them, and keep the last one',
    hold: async ({ store, other }) => {
      const first = (side: FullStore) => {
        const user = aUser({ role: 'admin' });
        return side.users.change(user.id, OPERATOR, ({ hasOtherAdmins }) => (hasOtherAdmins ? undefined : { user, passwordHash: SOME_HASH }));
      };
      const made = await allSettled(times(6, (index) => first(index % 2 === 0 ? store : other.store)));
      equal([made.filter(({ value }) => value !== undefined).length, await adminsOf(store)], [1, 1], 'first admins made, and stored');
      for (const _ of times(3, () => undefined)) {
        await madeUser(store.users, { role: 'admin' });
        const [one, two] = (await store.userQueries.list({ offset: 0, limit: 100 })).rows.filter(({ role }) => role === 'admin');
        equal((await answersTo([demote(store, one?.id ?? ''), demote(other.store, two?.id ?? '')])).toSorted(), ['done', 'last_admin']);
        equal(await adminsOf(store), 1, 'admins');
      }
    },
  },
];
