import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../accounts/user.ts';
import { type Actor, person } from '../requests/actor.ts';
import type { RepositoryContext } from '../requests/context.ts';
import { refuse } from '../requests/refusal.ts';
import { newBooking } from '../stock/booking.ts';
import type { Event } from '../stock/event.ts';
import { anEvent, anId, aUser, NOW } from './builders.ts';
import { answerOf, answersOf, as, OPERATOR, type Rows, rowsOf, SOME_HASH, type Store, times } from './store.ts';

const HOUR_MS = 60 * 60 * 1000;

const refuseStale = (actor: Actor): void => {
  if (actor === 'stale') refuse('unauthenticated', {});
};
const refuseAllButAdmins = (actor: Actor): void => {
  if (person(actor).role !== 'admin') refuse('forbidden', { reason: 'not_admin' });
};

async function answersInTurn<What>(whats: readonly What[], ask: (what: What) => Promise<string>): Promise<string[]> {
  const answers: string[] = [];
  for (const what of whats) answers.push(await ask(what));
  return answers;
}

/** What every repository promises for requests under an idempotency key: the row is created once, however often the request is repeated. */
export function idempotencyContract(name: string, open: () => Promise<Store>, { hasAccounts = true } = {}): void {
  describe(`${name} makes once what is asked for twice under one key`, () => {
    let store: Store;
    let rows: Rows;
    beforeAll(async () => {
      store = await open();
      rows = rowsOf(store.ports, store.fresh);
    });
    afterAll(() => store.close());

    /** A context with a key. By default every actor with a valid identity may make the request. */
    const under = (
      { actor }: Pick<RepositoryContext, 'actor'>,
      value: string,
      fingerprint = 'asked',
      { allow = refuseStale, kind = 'make' } = {},
    ): RepositoryContext => ({
      actor,
      key: { value, fingerprint, kind, allow },
    });
    const book = (event: Event, user: User, context: RepositoryContext, quantity = 1) => {
      const id = anId();
      return store.ports.events.reserveTickets(event.id, context, ({ event: sold }) =>
        newBooking(sold ?? refuse('not_found', { entity: 'event', id: event.id }), { id, userId: user.id, quantity, now: NOW }),
      );
    };
    const left = async (event: Event) => (await rows.eventRow(event))?.availableTickets;

    it('a booking: the second answer is the first, and is told to be', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      const { value: made, replayed } = await book(event, user, under(as(user), 'k1'));
      expect(replayed).toBe(false);
      expect(await book(event, user, under(as(user), 'k1'))).toEqual({ value: made, replayed: true });
      expect([await left(event), (await rows.bookingRows(user.id)).length]).toEqual([9, 1]);
    });

    it('gives the answer as it was then, also when the booking was cancelled or deleted since', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      const { value: made } = await book(event, user, under(as(user), 'k2'));
      await rows.setStatus(made, 'cancelled');
      expect(await book(event, user, under(as(user), 'k2'))).toEqual({ value: made, replayed: true });
      await rows.deleteBooking(made);
      expect(await book(event, user, under(as(user), 'k2'))).toEqual({ value: made, replayed: true });
      expect(await left(event)).toBe(10);
    });

    it('twenty at once: one booking, and all get it as their answer', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      const answers = await Promise.all(times(20, () => book(event, user, under(as(user), 'k3'))));
      expect(new Set(answers.map(({ value }) => value.id)).size).toBe(1);
      expect(answers.filter(({ replayed }) => replayed)).toHaveLength(19);
      expect([await left(event), (await rows.bookingRows(user.id)).length]).toEqual([9, 1]);
    });

    it('refuses the key for anything else, and makes nothing', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      await book(event, user, under(as(user), 'k4'));
      expect(await answerOf(book(event, user, under(as(user), 'k4', 'something else'), 2))).toBe('idempotency_key_reused');
      expect(await left(event)).toBe(9);
    });

    it('of two things at once under one key one is made, also of two events', async () => {
      const [one, other, user] = [await rows.event(), await rows.event(), await rows.user()];
      for (const round of times(5, String)) {
        const answers = await answersOf([
          book(one, user, under(as(user), `k5-${round}`, 'one')),
          book(other, user, under(as(user), `k5-${round}`, 'other')),
        ]);
        expect(answers.toSorted()).toEqual(['done', 'idempotency_key_reused']);
      }
      expect((await rows.bookingRows(user.id)).length).toBe(5);
    });

    it('keeps each user’s keys apart', async () => {
      const [event, one, other] = [await rows.event(), await rows.user(), await rows.user()];
      const [mine, his] = [await book(event, one, under(as(one), 'k6')), await book(event, other, under(as(other), 'k6'))];
      expect([mine.value.userId, his.value.userId, await left(event)]).toEqual([one.id, other.id, 8]);
    });

    it('tells keys apart by every letter, its case too', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      for (const value of ['Key', 'key', 'KEY', `"key"`, 'k'.repeat(255)]) await book(event, user, under(as(user), value));
      expect(await left(event)).toBe(5);
    });

    it('keeps no refusal: what was refused may be asked again', async () => {
      const [event, user] = [await rows.event({ totalTickets: 1 }), await rows.user()];
      expect(await answerOf(book(event, user, under(as(user), 'k7'), 2))).toBe('insufficient_tickets');
      await rows.edit(event, { totalTickets: 2 });
      expect(await answerOf(book(event, user, under(as(user), 'k7'), 2))).toBe('done');
      expect(await left(event)).toBe(0);
    });

    it('an event, whose first answer stays what it was when it is edited', async () => {
      const organizer = await rows.user({ role: 'admin' });
      const create = (context: RepositoryContext) => {
        const plan = anEvent({ organizerId: organizer.id, description: 'Two\nlines, "quotes" and 🎷' });
        return store.ports.events.change(plan.id, context, () => plan);
      };
      const { value: made } = await create(under(as(organizer), 'k8'));
      await rows.edit(made, { name: 'Blues', totalTickets: 3 });
      expect(await create(under(as(organizer), 'k8'))).toEqual({ value: made, replayed: true });
    });

    it('a user, by somebody without an account yet', async () => {
      const register = (context: RepositoryContext) => {
        const user = aUser();
        return store.ports.users.change(user.id, context, () => ({ user, passwordHash: SOME_HASH }));
      };
      const key = anId();
      const answers = await Promise.all(times(5, () => register(under({ actor: 'anonymous' }, key))));
      expect(new Set(answers.map(({ value }) => value.user.id)).size).toBe(1);
      const again = await register(under({ actor: 'anonymous' }, key));
      expect([again.value.user, again.replayed]).toEqual([answers[0]?.value.user, true]);
      expect(await answerOf(register(under({ actor: 'anonymous' }, key, 'another')))).toBe('idempotency_key_reused');
    });

    if (hasAccounts)
      it('gives the first answer only to an actor who may do the same now, by the row under the lock', async () => {
        const organizer = await rows.user({ role: 'admin' });
        const asked = (what: 'event' | 'booking' | 'user') => {
          const context = under(as(organizer), `k12-${what}`, 'asked', { allow: refuseAllButAdmins });
          const plan = anEvent({ organizerId: organizer.id });
          const user = aUser();
          const { events, users } = store.ports;
          if (what === 'event') return answerOf(events.change(plan.id, context, () => plan));
          if (what === 'user') return answerOf(users.change(user.id, context, () => ({ user, passwordHash: SOME_HASH })));
          return answerOf(book(onSale, organizer, context));
        };
        const onSale = await rows.event();
        const askAll = () => answersInTurn(['event', 'booking', 'user'] as const, asked);
        expect([await askAll(), await askAll()]).toEqual([times(3, () => 'done'), times(3, () => 'done')]);
        await store.ports.users.change(organizer.id, OPERATOR, () => ({ user: { ...organizer, role: 'user' } }));
        expect(await askAll()).toEqual(times(3, () => 'forbidden'));
        await store.ports.users.change(organizer.id, OPERATOR, () => ({ user: { ...organizer, role: 'admin', tokenVersion: 1 } }));
        expect(await askAll()).toEqual(times(3, () => 'unauthenticated'));
        expect([await left(onSale), (await rows.bookingRows(organizer.id)).length]).toEqual([9, 1]);
      });

    it('refuses a key that was used for a request of another kind, whatever its fingerprint', async () => {
      const organizer = await rows.user({ role: 'admin' });
      const event = await rows.event({ organizerId: organizer.id });
      const plan = anEvent({ organizerId: organizer.id });
      const asked = (kind: string) => under(as(organizer), 'k13', 'the same', { kind });
      expect(await answerOf(store.ports.events.change(plan.id, asked('create_event'), () => plan))).toBe('done');
      expect(await answerOf(book(event, organizer, asked('book_tickets')))).toBe('idempotency_key_reused');
      if (hasAccounts) expect(await answerOf(store.ports.users.change(anId(), asked('create_user'), () => undefined))).toBe('idempotency_key_reused');
      expect([await left(event), await answerOf(store.ports.events.change(anId(), asked('create_event'), () => plan))]).toEqual([10, 'done']);
    });

    it('forgets what is old, in steps, and nothing younger', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      for (const value of ['k9', 'k10', 'k11']) await book(event, user, under(as(user), value));
      const forget = (ageMs: number, limit: number) => store.ports.idempotencyRecords.forget(ageMs, limit);
      expect(await forget(HOUR_MS, 100)).toBe(0);
      expect(await answerOf(book(event, user, under(as(user), 'k9', 'else')))).toBe('idempotency_key_reused');
      expect(await forget(-HOUR_MS, 2)).toBe(2);
      while ((await forget(-HOUR_MS, 100)) > 0);
      expect(await answerOf(book(event, user, under(as(user), 'k9', 'else')))).toBe('done');
    });
  });
}
