import { Refusal } from '@ticket/domain';
import type { UserRepository } from '@ticket/domain/accounts';
import { inMemoryPorts } from '@ticket/domain/memory';
import type { FullStore } from '../store.ts';

import { asleep, type Plant, Remembering, type Replaced, withAccounts, withContext } from './plant.ts';

const usersWith = ({ users }: FullStore, change: UserRepository['change']): Replaced => ({ users: { ...users, change } });

/** Bugs that people write in stores of users. Each entry has the id of the law that has to notice the bug. */
export const USER_FLAWS: Readonly<Record<string, readonly [law: string, plant: Plant]>> = {
  'the row of an actor is remembered for ever': [
    'U20',
    (_, memory) => withAccounts(memory, new Remembering(memory.accounts, Number.POSITIVE_INFINITY)),
  ],
  'the row of an actor is remembered for a second': ['U20', (_, memory) => withAccounts(memory, new Remembering(memory.accounts, 1000))],
  'the row of an actor is remembered at the other server': ['U22', (_, memory) => withAccounts(memory, new Remembering(memory.accounts, 1000))],
  'a token counts after the password has changed': [
    'U21',
    (sound, memory) =>
      withContext(sound, (context) => {
        const { actor } = context;
        const row = typeof actor === 'string' || 'role' in actor ? undefined : memory.accounts.get(actor.userId)?.user;
        return row === undefined ? context : { ...context, actor: { userId: row.id, tokenVersion: row.tokenVersion } };
      }),
  ],
  'a used key opens for a stale token': [
    'U23',
    (sound) =>
      withContext(sound, (context) => {
        const { key } = context;
        if (key === undefined) return context;
        return { ...context, key: { ...key, allow: (actor) => (actor === 'stale' ? undefined : key.allow(actor)) } };
      }),
  ],
  'two accounts have one e-mail': [
    'U6',
    (sound, memory) =>
      usersWith(sound, async (id, context, decide) => {
        try {
          return await sound.users.change(id, context, decide);
        } catch (error) {
          if (!(error instanceof Refusal) || error.code !== 'email_taken') throw error;
          const value = decide({ actor: 'operator', user: memory.accounts.get(id)?.user, hasOtherAdmins: true });
          if (value !== undefined) memory.accounts.set(id, { user: value.user, passwordHash: value.passwordHash ?? '' });
          return { value, replayed: false };
        }
      }),
  ],
  'a change of a user is decided on what was read before the lock': [
    'U13',
    (sound, memory) =>
      usersWith(sound, async (id, context, decide) => {
        const user = memory.accounts.get(id)?.user;
        await asleep();
        return sound.users.change(id, context, (now) => decide({ ...now, user }));
      }),
  ],
  'an e-mail is looked at before it is stored': [
    'U8',
    (sound, memory) =>
      usersWith(sound, async (id, context, decide) => {
        const value = decide({ actor: 'operator', user: memory.accounts.get(id)?.user, hasOtherAdmins: true });
        const isTaken = value !== undefined && [...memory.accounts.values()].some(({ user }) => user.id !== id && user.email === value.user.email);
        await asleep();
        if (isTaken) throw new Refusal('email_taken', {});
        if (value === undefined) return sound.users.change(id, context, decide);
        memory.accounts.set(id, { user: value.user, passwordHash: value.passwordHash ?? memory.accounts.get(id)?.passwordHash ?? '' });
        return { value, replayed: false };
      }),
  ],
  'a change of a user without a password takes the password away': [
    'U3',
    (sound) =>
      usersWith(sound, (id, context, decide) =>
        sound.users.change(id, context, (now) => {
          const after = decide(now);
          return after === undefined ? after : { ...after, passwordHash: after.passwordHash ?? 'none' };
        }),
      ),
  ],
  'a user is deleted without a look at what hangs on them': [
    'U26',
    (sound, memory) =>
      usersWith(sound, async (id, context, decide) => {
        const now = { actor: 'operator' as const, user: memory.accounts.get(id)?.user, hasOtherAdmins: true };
        if (now.user === undefined || decide(now) !== undefined) return sound.users.change(id, context, decide);
        memory.accounts.delete(id);
        return { value: decide(now), replayed: false };
      }),
  ],
  'what hangs on a user is looked at before they are deleted': [
    'U29',
    (sound, memory) =>
      usersWith(sound, async (id, context, decide) => {
        const user = memory.accounts.get(id)?.user;
        if (user === undefined || decide({ actor: 'operator', user, hasOtherAdmins: true }) !== undefined)
          return sound.users.change(id, context, decide);
        const holds = [...memory.bookings.values()].some((booking) => booking.userId === id && booking.status !== 'cancelled');
        await asleep();
        if (holds) throw new Refusal('user_has_active_bookings', {});
        memory.accounts.delete(id);
        return { value: decide({ actor: 'operator', user, hasOtherAdmins: true }), replayed: false };
      }),
  ],
  'admins are counted without a lock': [
    'U40',
    (sound, memory) =>
      usersWith(sound, async (id, context, decide) => {
        const others = [...memory.accounts.values()].some(({ user }) => user.id !== id && user.role === 'admin');
        await asleep();
        return sound.users.change(id, context, (now) => decide({ ...now, hasOtherAdmins: others }));
      }),
  ],
  'a user counts as another admin beside themselves': [
    'U41',
    (sound, memory) =>
      usersWith(sound, (id, context, decide) =>
        sound.users.change(id, context, (now) =>
          decide({ ...now, hasOtherAdmins: [...memory.accounts.values()].some(({ user }) => user.role === 'admin') }),
        ),
      ),
  ],
  'users are listed as they were made': [
    'U11',
    (_, memory) => ({
      userQueries: {
        list: async ({ offset, limit }) => ({
          rows: [...memory.accounts.values()].map(({ user }) => user).slice(offset, offset + limit),
          isMore: false,
        }),
        count: async () => memory.accounts.size,
      },
    }),
  ],
  'names lose the signs that need four bytes': [
    'U1',
    (sound) =>
      usersWith(sound, (id, context, decide) =>
        sound.users.change(id, context, (now) => {
          const after = decide(now);
          return after && { ...after, user: { ...after.user, name: after.user.name.replaceAll(/[\u{10000}-\u{10ffff}]/gu, '?') } };
        }),
      ),
  ],
  'e-mails are looked up without their accents': [
    'U2',
    ({ users }) => ({ users: { ...users, findCredentials: (email) => users.findCredentials(email.normalize('NFD').replaceAll(/\p{M}/gu, '')) } }),
  ],
  'an error of a decision about a user is wrapped': [
    'U5',
    (sound) =>
      usersWith(sound, (id, context, decide) =>
        sound.users.change(id, context, decide).catch((cause: unknown) => {
          throw cause instanceof Refusal ? cause : new Error('failed', { cause });
        }),
      ),
  ],
  'dots of an e-mail do not count': [
    'U7',
    (sound, memory) =>
      usersWith(sound, (id, context, decide) =>
        sound.users.change(id, context, (now) => {
          const after = decide(now);
          const plain = (email: string) => email.replaceAll('.', '');
          for (const { user } of memory.accounts.values())
            if (after !== undefined && user.id !== id && plain(user.email) === plain(after.user.email)) throw new Refusal('email_taken', {});
          return after;
        }),
      ),
  ],
  'an e-mail is never free again': [
    'U9',
    (sound) => {
      const ownerOfEmail = new Map<string, string>();
      return usersWith(sound, (id, context, decide) =>
        sound.users.change(id, context, (now) => {
          const after = decide(now);
          const email = after?.user.email ?? '';
          if (after !== undefined && (ownerOfEmail.get(email) ?? id) !== id) throw new Refusal('email_taken', {});
          ownerOfEmail.set(email, id);
          return after;
        }),
      );
    },
  ],
  'a pending booking does not hang on its user': [
    'U25',
    ({ users }, memory) => ({
      users: {
        ...users,
        findFacts: async (id) => {
          const isConfirmed = [...memory.bookings.values()].some(({ userId, status }) => userId === id && status === 'confirmed');
          return { ...(await users.findFacts(id)), hasActiveBookings: isConfirmed };
        },
      },
    }),
  ],
  'nobody looks whether owners exist': [
    'U27',
    (_, memory) => {
      const { events, bookings } = inMemoryPorts({}, { ...memory, hasAccounts: false });
      return { events, bookings };
    },
  ],
  'what a user holds is not counted for the holder of a token': [
    'U31',
    ({ events }) => ({
      events: {
        change: (id, context, decide) => events.change(id, context, decide),
        reserveTickets: (id, context, decide) => events.reserveTickets(id, context, (now) => decide({ ...now, heldByOwner: 0 })),
      },
    }),
  ],
  'an event is read without its organizer': [
    'U12',
    ({ eventQueries }) => ({
      eventQueries: {
        find: async (id, freshness) => {
          const view = await eventQueries.find(id, freshness);
          return view && { ...view, organizer: undefined };
        },
        list: (part) => eventQueries.list(part),
        count: (filter) => eventQueries.count(filter),
      },
    }),
  ],
};
