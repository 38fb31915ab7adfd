import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../accounts/user.ts';
import type { Actor } from '../requests/actor.ts';
import { person } from '../requests/actor.ts';
import { refuse } from '../requests/refusal.ts';
import { newEvent } from '../stock/event.ts';
import { aBooking, anEvent, anId, aUser, NOW } from './builders.ts';
import { answerOf, answersOf, as, OPERATOR, type Rows, rowsOf, SOME_HASH, type Store, times } from './store.ts';

/** What every UserRepository promises. The suite's store has other admins. Tests of the last admin use separate stores. */
export function userRepositoryContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the promises of UserRepository`, () => {
    let store: Store;
    let rows: Rows;
    beforeAll(async () => {
      store = await open();
      rows = rowsOf(store.ports, store.fresh);
      await rows.user({ role: 'admin' });
    });
    afterAll(() => store.close());

    const put = (user: User, passwordHash?: string) => store.ports.users.change(user.id, OPERATOR, () => ({ user, passwordHash }));
    const find = (user: { readonly id: string }) => store.fresh.users.find(user.id);

    describe('rows', () => {
      it('gives a user back as they were stored, without their password', async () => {
        const user = await rows.user();
        expect(await find(user)).toEqual(user);
      });

      it('answers with what was decided', async () => {
        const user = aUser();
        expect(await put(user, SOME_HASH)).toEqual({ value: { user, passwordHash: SOME_HASH }, replayed: false });
      });

      it('finds no user under an unknown id or e-mail', async () => {
        expect(await store.ports.users.find(anId())).toBeUndefined();
        expect(await store.fresh.users.findCredentials(`${anId()}@example.com`)).toBeUndefined();
      });

      it('finds the password by the e-mail, and by nothing that only looks like it', async () => {
        const user = await rows.user();
        expect(await store.fresh.users.findCredentials(user.email)).toEqual({ user, passwordHash: SOME_HASH });
        for (const email of [user.email.replace('example', 'éxample'), `${user.email}🦜`, '%', '']) {
          expect(await store.fresh.users.findCredentials(email)).toBeUndefined();
        }
      });

      it('keeps every change', async () => {
        const user = await rows.user();
        const changed: User = {
          ...user,
          name: 'Budi',
          email: `budi.${user.email}`,
          role: 'admin',
          tokenVersion: 7,
          updatedAt: new Date('2030-08-01T00:00:00.001Z'),
        };
        await put(changed);
        expect(await find(user)).toEqual(changed);
        expect(await store.fresh.users.findCredentials(user.email)).toBeUndefined();
      });

      it('keeps the password unless a new one is given', async () => {
        const user = await rows.user();
        await put({ ...user, name: 'Budi' });
        expect((await store.fresh.users.findCredentials(user.email))?.passwordHash).toBe(SOME_HASH);
        const other = `${SOME_HASH.slice(0, -1)}X`;
        await put(user, other);
        expect((await store.fresh.users.findCredentials(user.email))?.passwordHash).toBe(other);
      });

      it.each([
        ['emoji, 255 of them', '🦜'.repeat(255)],
        ['letters from right to left', 'محمد عبد الله'],
        ['quotes, backslashes and wildcards', `O'Brien "x" \\ \\' %_ ; -- :a $1 ?`],
      ])('keeps a name with %s', async (_, text) => {
        const user = await rows.user({ name: text });
        expect(await find(user)).toEqual(user);
      });

      it('keeps the longest e-mail and every sign that one may have', async () => {
        const longest = await rows.user({ email: `${anId()}.${'a'.repeat(254 - 37 - 12)}@example.com` });
        const signs = await rows.user({ email: `.!#$%&'*+/=?^_\`{|}~-${anId()}@example.com` });
        for (const user of [longest, signs]) expect((await store.fresh.users.findCredentials(user.email))?.user).toEqual(user);
      });

      it('deletes', async () => {
        const user = await rows.user();
        expect(await rows.deleteUser(user)).toBeUndefined();
        expect(await find(user)).toBeUndefined();
        expect(await answerOf(rows.deleteUser(user))).toBe('not_found');
      });

      it('decides about a user who is not there, on nothing', async () => {
        const seen: unknown[] = [];
        const { value: answer } = await store.ports.users.change(anId(), OPERATOR, ({ actor, user }) => {
          seen.push([actor, user]);
          return undefined;
        });
        expect([answer, seen.at(-1)]).toEqual([undefined, ['operator', undefined]]);
      });

      it('stores nothing of what throws', async () => {
        const user = await rows.user();
        const fresh = aUser();
        const bug = new Error('a bug');
        const throwing = store.ports.users.change(user.id, OPERATOR, () => {
          throw bug;
        });
        await expect(throwing).rejects.toBe(bug);
        expect(await answerOf(store.ports.users.change(fresh.id, OPERATOR, () => refuse('last_admin', {})))).toBe('last_admin');
        expect([await find(user), await find(fresh)]).toEqual([user, undefined]);
      });
    });

    describe('e-mails', () => {
      it('belong to one account', async () => {
        const { email } = await rows.user();
        const second = aUser({ email });
        expect(await answerOf(put(second, SOME_HASH))).toBe('email_taken');
        expect(await find(second)).toBeUndefined();
      });

      it('differ in a single sign', async () => {
        const id = anId();
        const users = ['.', '-', '_', '+', ''].map((sign) => aUser({ email: `sari${sign}${id}@example.com` }));
        expect(await answersOf(users.map((user) => put(user, SOME_HASH)))).toEqual(users.map(() => 'done'));
        for (const user of users) expect((await store.fresh.users.findCredentials(user.email))?.user).toEqual(user);
      });

      it('cannot be taken over by a change', async () => {
        const { email } = await rows.user();
        const second = await rows.user();
        expect(await answerOf(put({ ...second, email, name: 'Budi' }))).toBe('email_taken');
        expect(await find(second)).toEqual(second);
      });

      it('go to one of those who register with one at once', async () => {
        const users = times(5, () => aUser({ email: 'wanted@example.com' }));
        const answers = await answersOf(users.map((user) => put(user, SOME_HASH)));
        expect(answers.toSorted()).toEqual(['done', ...times(4, () => 'email_taken')]);
        const stored = (await Promise.all(users.map(find))).filter((user) => user !== undefined);
        expect(stored).toHaveLength(1);
        expect((await store.fresh.users.findCredentials('wanted@example.com'))?.user).toEqual(stored[0]);
      });

      it('go to one of two who change theirs to it at once', async () => {
        const [one, other] = [await rows.user(), await rows.user()];
        const email = `${anId()}@example.com`;
        expect((await answersOf([put({ ...one, email }), put({ ...other, email })])).toSorted()).toEqual(['done', 'email_taken']);
      });

      it('are free again once their user has another or is gone', async () => {
        const [one, other] = [await rows.user(), await rows.user()];
        await put({ ...one, email: `${anId()}@example.com` });
        await rows.deleteUser(other);
        expect(await answersOf([put(aUser({ email: one.email }), SOME_HASH), put(aUser({ email: other.email }), SOME_HASH)])).toEqual([
          'done',
          'done',
        ]);
      });
    });

    describe('what hangs on a user', () => {
      const factsOf = ({ id }: { readonly id: string }) => store.ports.users.findFacts(id, 'latest');

      it('is found: a booking that holds tickets and an event they organise, theirs alone', async () => {
        const user = await rows.user();
        const event = await rows.event();
        await rows.book(event, { userId: (await rows.user()).id });
        const nothing = { hasActiveBookings: false, organisesEvents: false };
        expect(await factsOf(user)).toMatchObject(nothing);
        const [first, second] = [await rows.book(event, { userId: user.id }), await rows.book(event, { userId: user.id })];
        expect(await factsOf(user)).toMatchObject({ ...nothing, hasActiveBookings: true });
        await rows.deleteBooking(first);
        await rows.setStatus(second, 'pending');
        expect(await factsOf(user)).toMatchObject({ ...nothing, hasActiveBookings: true });
        await rows.setStatus(second, 'cancelled');
        await rows.event({ organizerId: user.id });
        expect(await factsOf(user)).toMatchObject({ ...nothing, organisesEvents: true });
      });

      it('keeps them, even if a decision forgets to ask', async () => {
        const holder = await rows.user();
        const organizer = await rows.user();
        const booking = await rows.book(await rows.event({ organizerId: organizer.id }), { userId: holder.id });
        const forgetful = ({ id }: User) => answerOf(store.ports.users.change(id, OPERATOR, () => undefined));
        expect([await forgetful(holder), await forgetful(organizer)]).toEqual(['user_has_active_bookings', 'user_organises_events']);
        for (const user of [holder, organizer]) expect(await find(user)).toEqual(user);
        expect(await rows.bookingRows(holder.id)).toEqual([booking]);
      });

      it('goes with them as far as it holds nothing: their cancelled bookings', async () => {
        const user = await rows.user();
        const event = await rows.event();
        const neighbour = await rows.user();
        const kept = await rows.book(event, { userId: neighbour.id });
        const booking = await rows.book(event, { userId: user.id, quantity: 3 });
        await rows.setStatus(booking, 'cancelled');
        await rows.deleteUser(user);
        expect(await rows.bookingRows(user.id)).toEqual([]);
        expect(await store.fresh.bookingQueries.find(booking.id)).toBeUndefined();
        expect(await rows.bookingRows(neighbour.id)).toEqual([kept]);
        expect(await rows.eventRow(event)).toMatchObject({ availableTickets: 9, stockVersion: 4 });
        expect((await store.movements(event.id)).map(({ delta }) => delta)).toEqual([10, -1, -3, 3]);
      });
    });

    describe('races', () => {
      it('lets a booking or the deletion of who books win', async () => {
        for (let round = 0; round < 6; round += 1) {
          const user = await rows.user();
          const event = await rows.event();
          const plan = aBooking({ eventId: event.id });
          const book = () => store.ports.events.reserveTickets(event.id, as(user), ({ actor }) => ({ ...plan, userId: person(actor).id }));
          const remove = () => rows.deleteUser(user);
          const [first, second] = await answersOf(round % 2 === 0 ? [book(), remove()] : [remove(), book()]);
          const [booked, deleted] = round % 2 === 0 ? [first, second] : [second, first];
          expect([
            ['done', 'user_has_active_bookings'],
            ['unauthenticated', 'done'],
          ]).toContainEqual([booked, deleted]);
          expect(await find(user)).toEqual(booked === 'done' ? user : undefined);
          expect(await rows.bookingRows(user.id)).toHaveLength(booked === 'done' ? 1 : 0);
          expect(await rows.available(event)).toBe(booked === 'done' ? 8 : 10);
        }
      });

      it('lets a new event or the deletion of its organizer win', async () => {
        for (let round = 0; round < 6; round += 1) {
          const user = await rows.user();
          const event = anEvent();
          const create = () =>
            store.ports.events.change(event.id, as(user), ({ actor }) =>
              newEvent(event, { id: event.id, organizerId: typeof actor === 'string' ? refuse('unauthenticated', {}) : actor.id, now: NOW }),
            );
          const remove = () => rows.deleteUser(user);
          const [first, second] = await answersOf(round % 2 === 0 ? [create(), remove()] : [remove(), create()]);
          const [created, deleted] = round % 2 === 0 ? [first, second] : [second, first];
          expect([
            ['done', 'user_organises_events'],
            ['unauthenticated', 'done'],
          ]).toContainEqual([created, deleted]);
          expect((await rows.eventRow(event))?.organizerId).toBe(created === 'done' ? user.id : undefined);
        }
      });

      it('decides the changes of one user one after the other', async () => {
        const user = await rows.user();
        const raise = () =>
          store.ports.users.change(user.id, OPERATOR, ({ user: now }) => {
            if (now === undefined) return refuse('not_found', { entity: 'user', id: user.id });
            return { user: { ...now, tokenVersion: now.tokenVersion + 1 } };
          });
        await Promise.all(times(10, raise));
        expect((await find(user))?.tokenVersion).toBe(10);
      });

      it('deletes a user once, however many delete them', async () => {
        const user = await rows.user();
        const answers = await answersOf(times(4, () => rows.deleteUser(user)));
        expect(answers.toSorted()).toEqual(['done', 'not_found', 'not_found', 'not_found']);
      });
    });

    describe('the actor', () => {
      const seenBy = async (asks: User, about: User) => {
        const seen: Actor[] = [];
        await answerOf(
          store.ports.users.change(about.id, as(asks), ({ actor }) => {
            seen.push(actor);
            return refuse('forbidden', { reason: 'not_owner' });
          }),
        );
        return seen.at(-1);
      };

      it('is the row of the user as it is now, their own or that of another user', async () => {
        const admin = await rows.user({ role: 'admin' });
        await rows.demote(admin);
        expect(await seenBy(admin, admin)).toEqual({ ...admin, role: 'user' });
        expect(await seenBy(admin, await rows.user())).toEqual({ ...admin, role: 'user' });
      });

      it('is stale once they are gone or their password has changed', async () => {
        const [gone, moved] = [await rows.user(), await rows.user()];
        await rows.deleteUser(gone);
        await put({ ...moved, tokenVersion: 1 });
        expect(await seenBy(gone, moved)).toBe('stale');
        expect(await seenBy(moved, moved)).toBe('stale');
      });

      it('is anonymous or the operator, as the edge says', async () => {
        const seen: Actor[] = [];
        for (const actor of ['anonymous', 'operator'] as const) {
          await store.ports.users.change(anId(), { actor }, (now) => {
            seen.push(now.actor);
            return undefined;
          });
        }
        expect(seen).toEqual(['anonymous', 'operator']);
      });
    });
  });

  describe(`${name} never loses its last admin`, () => {
    /** A store of its own with these admins and nobody else. */
    async function withAdmins(count: number, tell: (rows: Rows, admins: readonly User[], store: Store) => Promise<void>): Promise<void> {
      const store = await open();
      try {
        const rows = rowsOf(store.ports, store.fresh);
        const admins = await Promise.all(times(count, () => rows.user({ role: 'admin' })));
        await tell(rows, admins, store);
      } finally {
        await store.close();
      }
    }
    const adminsIn = async ({ fresh }: Store) =>
      (await fresh.userQueries.list({ offset: 0, limit: 100 })).rows.filter(({ role }) => role === 'admin');

    it('when all are demoted at once', () =>
      withAdmins(4, async ({ demote }, admins, store) => {
        expect((await answersOf(admins.map(demote))).toSorted()).toEqual(['done', 'done', 'done', 'last_admin']);
        expect(await adminsIn(store)).toHaveLength(1);
      }));

    it('when one is demoted and one deleted at once', () =>
      withAdmins(2, async ({ demote, deleteUser }, [one, other], store) => {
        expect(one !== undefined && other !== undefined && (await answersOf([demote(one), deleteUser(other)])).toSorted()).toEqual([
          'done',
          'last_admin',
        ]);
        expect(await adminsIn(store)).toHaveLength(1);
      }));

    it('when a decision forgets to ask', () =>
      withAdmins(1, async (_, admins, store) => {
        expect(await answersOf(admins.map(({ id }) => store.ports.users.change(id, OPERATOR, () => undefined)))).toEqual(['last_admin']);
        expect(await adminsIn(store)).toHaveLength(1);
      }));

    it('sees the other admins, and never the user themselves', () =>
      withAdmins(2, async ({ deleteUser }, [one, other], store) => {
        const seen: boolean[] = [];
        const look = (id: string) =>
          answerOf(
            store.ports.users.change(id, OPERATOR, ({ hasOtherAdmins }) => {
              seen.push(hasOtherAdmins);
              return refuse('last_admin', {});
            }),
          );
        if (one === undefined || other === undefined) throw new Error('there are two');
        await look(one.id);
        await deleteUser(other);
        await look(one.id);
        await look(anId());
        expect(seen).toEqual([true, false, true]);
        expect([await store.ports.users.findFacts(one.id, 'latest'), await store.ports.users.findFacts(anId(), 'latest')]).toMatchObject([
          { hasOtherAdmins: false },
          { hasOtherAdmins: true },
        ]);
      }));

    it('when two delete each other at once', () =>
      withAdmins(2, async ({ deleteUser }, admins, store) => {
        expect((await answersOf(admins.map(deleteUser))).toSorted()).toEqual(['done', 'last_admin']);
        expect(await adminsIn(store)).toHaveLength(1);
      }));

    it('and gets one first admin when two servers make one at once', () =>
      withAdmins(0, async (_, __, store) => {
        const first = (user: User) =>
          store.ports.users.change(user.id, OPERATOR, ({ hasOtherAdmins }) => (hasOtherAdmins ? undefined : { user, passwordHash: SOME_HASH }));
        const stored = await Promise.all(times(4, () => first(aUser({ role: 'admin' }))));
        expect(stored.filter(({ value }) => value !== undefined)).toHaveLength(1);
        expect(await adminsIn(store)).toHaveLength(1);
      }));
  });
}
