import { refuse } from '@ticket/domain';
import { allSettled, answersTo, answerTo, equal, partly } from '../assertions.ts';
import { anId, aUser } from '../builders.ts';
import type { LawDefinition } from '../law.ts';
import { madeUser, OPERATOR, SOME_HASH, times } from '../rows.ts';
import type { FullStore } from '../store.ts';
import { demote, remove } from './user-changes.ts';

const adminsOf = async ({ userQueries }: FullStore): Promise<number> =>
  (await userQueries.list({ offset: 0, limit: 100 })).rows.filter(({ role }) => role === 'admin').length;

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
