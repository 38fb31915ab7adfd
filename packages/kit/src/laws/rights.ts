import { newBooking, refuse } from '@ticket/domain';
import type { User } from '@ticket/domain/accounts';
import type { Actor, RepositoryContext } from '@ticket/domain/spi';
import { allSettled, answersTo, answerTo, check, equal, partly } from '../assertions.ts';
import { anEvent, anId, aUser, NOW } from '../builders.ts';
import { type LawDefinition, NotProved, type Scene } from '../law.ts';
import { holder, madeUser, OPERATOR, SOME_HASH, times } from '../rows.ts';
import type { FullStore } from '../store.ts';
import { bookUnder, under } from './keys.ts';
import { demote, remove } from './user-changes.ts';

const rightsOf = ({ id, role, tokenVersion }: User) => ({ id, role, tokenVersion });
const put = (store: FullStore, user: User) => store.users.change(user.id, OPERATOR, () => ({ user }));

/** The actor that decisions get: on an event, on a booking and on a user. */
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

async function requireRights(scene: Scene, store: FullStore, context: RepositoryContext, expected: 'stale' | object): Promise<void> {
  for (const actor of await actorsSeen(scene, store, context)) {
    if (typeof expected === 'string') equal(actor, expected, 'the actor');
    else partly(actor, expected, 'the actor');
  }
}

/** Rights come from the current row of the user. A user with bookings or events cannot be deleted. */
export const RIGHTS: readonly LawDefinition[] = [
  {
    id: 'U20',
    level: 'accounts',
    title: 'the actor of a decision is the row of the user as it is now, also right after a change: no row is remembered',
    hold: async (scene) => {
      const { store } = scene;
      await madeUser(store.users, { role: 'admin' });
      const admin = await madeUser(store.users, { role: 'admin' });
      await requireRights(scene, store, holder(admin), rightsOf(admin));
      await demote(store, admin.id);
      await requireRights(scene, store, holder(admin), rightsOf({ ...admin, role: 'user' }));
      await put(store, admin);
      await requireRights(scene, store, holder(admin), rightsOf(admin));
    },
  },
  {
    id: 'U21',
    level: 'accounts',
    title: 'the actor is stale once the user is deleted or has another password, and a new token counts',
    hold: async (scene) => {
      const { store } = scene;
      await madeUser(store.users, { role: 'admin' });
      const [gone, moved] = [await madeUser(store.users), await madeUser(store.users)];
      for (const user of [gone, moved]) await requireRights(scene, store, holder(user), rightsOf(user));
      await remove(store, gone.id);
      await put(store, { ...moved, tokenVersion: 1 });
      for (const user of [gone, moved]) await requireRights(scene, store, holder(user), 'stale');
      await requireRights(scene, store, holder({ ...moved, tokenVersion: 1 }), rightsOf({ ...moved, tokenVersion: 1 }));
    },
  },
  {
    id: 'U22',
    level: 'accounts',
    needs: ['beside'],
    title: 'a right that is taken at one server is gone at the other at once',
    hold: async (scene) => {
      const { store, other } = scene;
      await madeUser(store.users, { role: 'admin' });
      for (const _ of times(3, () => undefined)) {
        const [admin, gone] = [await madeUser(store.users, { role: 'admin' }), await madeUser(store.users)];
        for (const user of [admin, gone]) await requireRights(scene, other.store, holder(user), rightsOf(user));
        await demote(store, admin.id);
        await remove(store, gone.id);
        await requireRights(scene, other.store, holder(admin), rightsOf({ ...admin, role: 'user' }));
        await requireRights(scene, other.store, holder(gone), 'stale');
      }
    },
  },
  {
    id: 'U23',
    level: 'accounts',
    title: 'a used key opens only for an actor who may still do the same, by the row under the lock, and never for a stale token',
    hold: async ({ rows, store }) => {
      await madeUser(store.users, { role: 'admin' });
      const [organizer, event] = [await madeUser(store.users, { role: 'admin' }), await rows.event()];
      const allow = (actor: Actor) => {
        if (actor === 'stale') refuse('unauthenticated', {});
        if (typeof actor === 'string' || actor.role !== 'admin') refuse('forbidden', { reason: 'not_admin' });
      };
      const ask = async () => {
        const context = (kind: string) => under(holder(organizer), kind, { allow, kind });
        const [plan, user] = [anEvent({ organizerId: organizer.id }), aUser()];
        return [
          await answerTo(store.events.change(plan.id, context('create_event'), () => plan)),
          await answerTo(bookUnder(store, event, organizer.id, context('book_tickets'))),
          await answerTo(store.users.change(user.id, context('create_user'), () => ({ user, passwordHash: SOME_HASH }))),
        ];
      };
      equal([await ask(), await ask()], [times(3, () => 'done'), times(3, () => 'done')]);
      await put(store, { ...organizer, role: 'user' });
      equal(
        await ask(),
        times(3, () => 'forbidden'),
      );
      await put(store, { ...organizer, tokenVersion: 1 });
      equal(
        await ask(),
        times(3, () => 'unauthenticated'),
      );
      equal([await rows.available(event), (await rows.bookings(event)).length], [9, 1], 'tickets left, and bookings');
    },
  },
  {
    id: 'U24',
    level: 'accounts',
    title: 'somebody without an account makes one user under one key, and the key serves nothing else',
    hold: async ({ store }) => {
      const register = (key: string, fingerprint = 'asked') => {
        const user = aUser();
        const context = under({ actor: 'anonymous' }, key, { kind: 'register', fingerprint });
        return store.users.change(user.id, context, () => ({ user, passwordHash: SOME_HASH }));
      };
      const key = anId();
      const answers = await allSettled(times(5, () => register(key)));
      equal(new Set(answers.map(({ value }) => value.user.id)).size, 1, 'users made');
      const again = await register(key);
      equal([again.value.user, again.replayed], [answers[0]?.value.user, true]);
      equal(await answerTo(register(key, 'something else')), 'idempotency_key_reused');
      equal(await store.userQueries.count(), 1, 'users');
    },
  },
  {
    id: 'U31',
    level: 'accounts',
    needs: ['holdings'],
    title: 'a limit of tickets for a person counts what their own token booked',
    hold: async ({ rows, store }) => {
      const [user, event] = [await madeUser(store.users), await rows.event({ totalTickets: 10 })];
      let held: number | 'not_counted' | undefined;
      const book = () => {
        const id = anId();
        return store.events.reserveTickets(event.id, holder(user), ({ event: sold, heldByOwner }) => {
          held = heldByOwner;
          return newBooking(sold ?? refuse('not_found', { entity: 'event', id: event.id }), { id, userId: user.id, quantity: 2, now: NOW });
        });
      };
      await book();
      await book();
      if (held === 'not_counted') throw new NotProved('holdings');
      check(held === 2, `the second decision was told that ${String(held)} tickets are held, and 2 are`);
    },
  },
];
