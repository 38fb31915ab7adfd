import { refuse } from '@ticket/domain';
import type { User } from '@ticket/domain/accounts';
import { allSettled, answersTo, answerTo, check, equal, wordsOf } from '../assertions.ts';
import { anId, aUser } from '../builders.ts';
import type { LawDefinition, Scene } from '../law.ts';
import { madeUser, OPERATOR, SOME_HASH, times } from '../rows.ts';

const put = ({ store }: Scene, user: User, passwordHash?: string) => store.users.change(user.id, OPERATOR, () => ({ user, passwordHash }));
const find = ({ store }: Scene, { id }: { readonly id: string }) => store.users.find(id, 'latest');
const credentials = ({ store }: Scene, email: string) => store.users.findCredentials(email);
/** Stores a user. */
const user = async ({ store }: Scene, overrides: Partial<User> = {}): Promise<User> => madeUser(store.users, overrides);

/** Rows of users, and their e-mails. */
export const USERS: readonly LawDefinition[] = [
  {
    id: 'U1',
    level: 'accounts',
    title: 'a user comes back as they were stored, in any script, and nothing is found under an unknown id or e-mail',
    hold: async (scene) => {
      for (const name of ['Sari', '🦜'.repeat(255), 'محمد عبد الله', `O'Brien "x" \\ \\' %_ ; -- :a $1 ?`]) {
        const stored = await user(scene, { name });
        equal(await find(scene, stored), stored);
      }
      equal([await scene.store.users.find(anId()), await credentials(scene, `${anId()}@example.com`)], [undefined, undefined]);
    },
  },
  {
    id: 'U2',
    level: 'accounts',
    title: 'a password is found by the e-mail, and by nothing that only looks like it',
    hold: async (scene) => {
      const stored = await user(scene);
      equal(await credentials(scene, stored.email), { user: stored, passwordHash: SOME_HASH });
      for (const email of [stored.email.replace('example', 'éxample'), `${stored.email}🦜`, '%', ''])
        equal(await credentials(scene, email), undefined);
      for (const email of [`${anId()}.${'a'.repeat(254 - 37 - 12)}@example.com`, `.!#$%&'*+/=?^_\`{|}~-${anId()}@example.com`]) {
        const other = await user(scene, { email });
        equal((await credentials(scene, email))?.user, other);
      }
    },
  },
  {
    id: 'U3',
    level: 'accounts',
    title: 'every change of a user is kept, and the password stays unless a new one is given',
    hold: async (scene) => {
      const stored = await user(scene);
      const updatedAt = new Date('2030-08-01T00:00:00.001Z');
      const changed: User = { ...stored, name: 'Budi', email: `budi.${stored.email}`, role: 'admin', tokenVersion: 7, updatedAt };
      equal(await put(scene, changed), { value: { user: changed }, replayed: false });
      equal([await find(scene, stored), await credentials(scene, stored.email)], [changed, undefined]);
      equal((await credentials(scene, changed.email))?.passwordHash, SOME_HASH);
      const other = `${SOME_HASH.slice(0, -1)}X`;
      await put(scene, changed, other);
      equal((await credentials(scene, changed.email))?.passwordHash, other);
    },
  },
  {
    id: 'U4',
    level: 'accounts',
    title: 'a user is deleted once, however many delete them, and a decision about nobody gets no row',
    hold: async (scene) => {
      const { store } = scene;
      await user(scene, { role: 'admin' });
      const gone = await user(scene);
      const remove = () =>
        store.users.change(gone.id, OPERATOR, ({ user: now }) =>
          now === undefined ? refuse('not_found', { entity: 'user', id: gone.id }) : undefined,
        );
      equal((await answersTo(times(4, remove))).toSorted(), ['done', 'not_found', 'not_found', 'not_found']);
      equal(await find(scene, gone), undefined);
      const seen: unknown[] = [];
      const { value } = await store.users.change(anId(), OPERATOR, ({ actor, user: now }) => {
        seen.push([actor, now]);
        return undefined;
      });
      equal([value, seen.at(-1)], [undefined, ['operator', undefined]]);
    },
  },
  {
    id: 'U5',
    level: 'accounts',
    title: 'a decision about a user that throws stores nothing, and its error is given as it was thrown',
    hold: async (scene) => {
      const [stored, fresh, bug] = [await user(scene), aUser(), new Error('a bug')];
      const found = await scene.store.users
        .change(stored.id, OPERATOR, () => {
          throw bug;
        })
        .catch((error: unknown) => error);
      check(found === bug, `expected the error as it was thrown, found ${String(found)}`);
      equal(await answerTo(scene.store.users.change(fresh.id, OPERATOR, () => refuse('last_admin', {}))), 'last_admin');
      equal([await find(scene, stored), await find(scene, fresh)], [stored, undefined]);
    },
  },
  {
    id: 'U6',
    level: 'accounts',
    title: 'an e-mail belongs to one account: a second one is refused, and so is a change that takes it over',
    hold: async (scene) => {
      const [one, other] = [await user(scene), await user(scene)];
      const second = aUser({ email: one.email });
      equal(await answerTo(put(scene, second, SOME_HASH)), 'email_taken');
      equal(await answerTo(put(scene, { ...other, email: one.email, name: 'Budi' })), 'email_taken');
      equal([await find(scene, second), await find(scene, other)], [undefined, other]);
    },
  },
  {
    id: 'U7',
    level: 'accounts',
    title: 'e-mails that differ in a single sign are different',
    hold: async (scene) => {
      const id = anId();
      const users = ['.', '-', '_', '+', ''].map((sign) => aUser({ email: `sari${sign}${id}@example.com` }));
      equal(
        await answersTo(users.map((each) => put(scene, each, SOME_HASH))),
        users.map(() => 'done'),
      );
      for (const each of users) equal((await credentials(scene, each.email))?.user, each);
    },
  },
  {
    id: 'U8',
    level: 'accounts',
    title: 'of users who take one e-mail at once, new ones or old ones, one gets it',
    hold: async (scene) => {
      const users = times(5, () => aUser({ email: 'wanted@example.com' }));
      equal((await answersTo(users.map((each) => put(scene, each, SOME_HASH)))).toSorted(), ['done', ...times(4, () => 'email_taken')]);
      const stored = (await allSettled(users.map((each) => find(scene, each)))).filter((each) => each !== undefined);
      equal([stored.length, (await credentials(scene, 'wanted@example.com'))?.user], [1, stored[0]]);
      const [one, other, email] = [await user(scene), await user(scene), `${anId()}@example.com`];
      equal((await answersTo([put(scene, { ...one, email }), put(scene, { ...other, email })])).toSorted(), ['done', 'email_taken']);
    },
  },
  {
    id: 'U9',
    level: 'accounts',
    title: 'an e-mail is free again once its user has another or is gone',
    hold: async (scene) => {
      await user(scene, { role: 'admin' });
      const [one, other] = [await user(scene), await user(scene)];
      await put(scene, { ...one, email: `${anId()}@example.com` });
      await scene.store.users.change(other.id, OPERATOR, () => undefined);
      const again = [one, other].map(({ email }) => put(scene, aUser({ email }), SOME_HASH));
      equal(await wordsOf(again), ['done', 'done']);
    },
  },
  {
    id: 'U10',
    level: 'accounts',
    title: 'the changes of one user are decided one after the other',
    hold: async (scene) => {
      const { id } = await user(scene);
      const raise = () =>
        scene.store.users.change(id, OPERATOR, ({ user: now }) => {
          if (now === undefined) return refuse('not_found', { entity: 'user', id });
          return { user: { ...now, tokenVersion: now.tokenVersion + 1 } };
        });
      await allSettled(times(10, raise));
      equal((await find(scene, { id }))?.tokenVersion, 10);
    },
  },
  {
    id: 'U11',
    level: 'accounts',
    title: 'users are listed by creation, then id, without passwords, go on behind any row, and are counted',
    hold: async (scene) => {
      const { userQueries } = scene.store;
      const day = (number: number) => new Date(Date.UTC(2031, 0, number));
      const users: User[] = [];
      for (const number of [2, 3, 1, 2, 3]) users.push(await user(scene, { createdAt: day(number), role: number === 1 ? 'admin' : 'user' }));
      users.sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime() || (one.id < other.id ? -1 : 1));
      equal((await userQueries.list({ offset: 0, limit: 1000 })).rows, users);
      for (const [index, { id, createdAt: at }] of users.entries())
        equal((await userQueries.list({ after: { at, id }, offset: 0, limit: 2 })).rows, users.slice(index + 1, index + 3));
      equal((await userQueries.list({ offset: 1, limit: 2 })).rows, users.slice(1, 3));
      equal([(await userQueries.list({ offset: 5, limit: 2 })).rows, await userQueries.count()], [[], 5]);
    },
  },
  {
    id: 'U12',
    level: 'accounts',
    title: 'an event is read with its organizer, and a booking with its user, in single rows and in lists',
    hold: async (scene) => {
      const { rows, store } = scene;
      const [organizer, buyer] = [await user(scene, { name: 'Ibu Ani', role: 'admin' }), await user(scene, { name: 'Budi' })];
      const personOf = ({ id, name, email }: User) => ({ id, name, email });
      const event = await rows.event({ organizerId: organizer.id });
      const booking = await rows.book(event, { userId: buyer.id });
      const [[listedEvent], [listedBooking]] = [
        (await store.eventQueries.list({ offset: 0, limit: 10 })).rows,
        (await store.bookingQueries.list({ offset: 0, limit: 10 })).rows,
      ];
      for (const view of [await store.eventQueries.find(event.id), listedEvent]) equal(view?.organizer, personOf(organizer), 'the organizer');
      for (const view of [await store.bookingQueries.find(booking.id), listedBooking]) equal(view?.user, personOf(buyer), 'the user');
    },
  },
];
