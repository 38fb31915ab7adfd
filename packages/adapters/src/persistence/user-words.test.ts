import type { Cursor, PageRows } from '@ticket/domain';
import { placeOfUser, searchedWordsOfUser, type User, type UserFilter } from '@ticket/domain/accounts';
import { aUser, OPERATOR } from '@ticket/domain/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../../../tests/engines.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';

/** Few different words in many spellings, so that searches find some of them. */
const word = fc.oneof(
  fc.constantFrom(
    'Sari',
    'SÁRI',
    'sa\u0301ri',
    'Straße',
    'strasse',
    'İstanbul',
    'ışık',
    '東京',
    '🎉',
    "O'Brien",
    '100%',
    '_',
    '\\',
    '"',
    'x'.repeat(40),
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
);
const name = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
const role = fc.constantFrom('user' as const, 'admin' as const);
const day = (number: number) => new Date(Date.UTC(2031, 0, number));
const person = fc.record({ name, role, created: fc.nat(3), updated: fc.nat(3) });
const step = fc.record({ whom: fc.nat(9), becomes: fc.option(person) });
const search = fc.record({ words: fc.array(word, { minLength: 1, maxLength: 2 }), role: fc.option(role, { nil: undefined }) });

describe.each(engines)('the words of users on %s', (engine) => {
  let store: Awaited<ReturnType<typeof openContainer>>;
  beforeAll(async () => {
    store = await openContainer(engine);
  });
  afterAll(() => store.close());

  it('find the users that a look at every user finds, by pages of any size, through edits and deletions, and none is kept of the deleted', async () => {
    const { users, userQueries } = portsOf(store.container);
    const database = store.container.get(TOKENS.database);
    async function walk(filter: UserFilter, limit: number): Promise<string[]> {
      const ids: string[] = [];
      for (let after: Cursor | undefined; ; ) {
        const { rows, isMore, end }: PageRows<User> = await userQueries.list({ after, offset: 0, limit, ...filter });
        ids.push(...rows.map(({ id }) => id));
        const last = rows.at(-1);
        if (!isMore) return ids;
        after = end ?? (last && placeOfUser(filter, last));
      }
    }
    const history = fc.tuple(fc.array(person, { minLength: 1, maxLength: 10 }), fc.array(step, { maxLength: 4 }), fc.array(search, { maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 4 }), async ([people, steps, searches], limit) => {
        await database.transaction((manager) => manager.query('DELETE FROM users'));
        const expected = new Map<string, User>();
        const put = async (user: User) => {
          await users.change(user.id, OPERATOR, () => ({ user, passwordHash: 'x' }));
          expected.set(user.id, user);
        };
        await put(aUser({ role: 'admin' })); // an admin has to stay
        for (const { created, updated, ...one } of people) await put(aUser({ ...one, createdAt: day(created), updatedAt: day(updated) }));
        for (const { whom, becomes } of steps) {
          const [, ...others] = expected.values();
          const user = others.at(whom);
          if (user === undefined) continue;
          if (becomes !== null) await put({ ...user, name: becomes.name, role: becomes.role, updatedAt: day(becomes.updated) });
          else {
            await users.change(user.id, OPERATOR, () => undefined);
            expected.delete(user.id);
          }
        }
        const listed = (filter: UserFilter, isListed: (user: User) => boolean) =>
          [...expected.values()]
            .filter(isListed)
            .map((user) => placeOfUser(filter, user))
            .toSorted((one, other) => Number(one.at) - Number(other.at) || (one.id < other.id ? -1 : 1))
            .map(({ id }) => id);
        for (const asked of searches) {
          const words = searchedWordsOfUser({ name: asked.words.join(' '), email: '' });
          if (words.length === 0) continue;
          const has = (user: User) => words.every((one) => searchedWordsOfUser(user).some((own) => own.startsWith(one)));
          const filter = { words, role: asked.role };
          expect(await walk(filter, limit)).toEqual(listed(filter, (user) => has(user) && (asked.role ?? user.role) === user.role));
        }
        for (const filter of [{}, { role: 'user' as const }, { modifiedSince: day(2) }])
          expect(await walk(filter, limit)).toEqual(
            listed(filter, (user) => (filter.role ?? user.role) === user.role && user.updatedAt >= (filter.modifiedSince ?? user.updatedAt)),
          );
        const kept = await database.query<{ user_id: string; word: string }>('SELECT user_id, word FROM user_words');
        const own = [...expected.values()].flatMap((user) => searchedWordsOfUser(user).map((one) => `${user.id} ${one}`));
        expect(kept.map((row) => `${row.user_id} ${row.word}`).toSorted()).toEqual(own.toSorted());
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
