import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../accounts/user.ts';
import { type Actor, person } from '../requests/actor.ts';
import type { Attempt } from '../requests/attempt.ts';
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

/** What every repository promises of attempts under an idempotency key: what they make is made once, however often it is asked for. */
export function idempotencyContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} makes once what is asked for twice under one key`, () => {
    let store: Store;
    let rows: Rows;
    beforeAll(async () => {
      store = await open();
      rows = rowsOf(store.ports, store.fresh);
    });
    afterAll(() => store.close());

    /** An attempt under a key, and how often it was told of a replay. Anybody may do it who is somebody, unless told otherwise. */
    const under = (attempt: Attempt, value: string, fingerprint = 'asked', allow = refuseStale) => {
      const told = { replays: 0 };
      const key = { value, fingerprint, onReplay: () => void told.replays++, allow };
      return { attempt: { ...attempt, key }, told };
    };
    const book = (event: Event, user: User, attempt: Attempt, quantity = 1) => {
      const id = anId();
      return store.ports.events.reserveTickets(event.id, attempt, ({ event: sold }) =>
        newBooking(sold ?? refuse('not_found', { entity: 'event', id: event.id }), { id, userId: user.id, quantity, now: NOW }),
      );
    };
    const left = async (event: Event) => (await rows.eventRow(event))?.availableTickets;

    it('a booking: the second answer is the first, and is told to be', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      const [first, second] = [under(as(user), 'k1'), under(as(user), 'k1')];
      const made = await book(event, user, first.attempt);
      expect(await book(event, user, second.attempt)).toEqual(made);
      expect([first.told.replays, second.told.replays]).toEqual([0, 1]);
      expect([await left(event), (await rows.bookingRows(user.id)).length]).toEqual([9, 1]);
    });

    it('gives the answer as it was then, also when the booking was cancelled or deleted since', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      const made = await book(event, user, under(as(user), 'k2').attempt);
      await rows.setStatus(made, 'cancelled');
      expect(await book(event, user, under(as(user), 'k2').attempt)).toEqual(made);
      await rows.deleteBooking(made);
      expect(await book(event, user, under(as(user), 'k2').attempt)).toEqual(made);
      expect(await left(event)).toBe(10);
    });

    it('twenty at once: one booking, which all hear of', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      const all = times(20, () => under(as(user), 'k3'));
      const answers = await Promise.all(all.map(({ attempt }) => book(event, user, attempt)));
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
      expect(all.reduce((sum, { told }) => sum + told.replays, 0)).toBe(19);
      expect([await left(event), (await rows.bookingRows(user.id)).length]).toEqual([9, 1]);
    });

    it('refuses the key for anything else, and makes nothing', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      await book(event, user, under(as(user), 'k4').attempt);
      expect(await answerOf(book(event, user, under(as(user), 'k4', 'something else').attempt, 2))).toBe('idempotency_key_reused');
      expect(await left(event)).toBe(9);
    });

    it('of two things at once under one key one is made, also of two events', async () => {
      const [one, other, user] = [await rows.event(), await rows.event(), await rows.user()];
      for (const round of times(5, String)) {
        const answers = await answersOf([
          book(one, user, under(as(user), `k5-${round}`, 'one').attempt),
          book(other, user, under(as(user), `k5-${round}`, 'other').attempt),
        ]);
        expect(answers.toSorted()).toEqual(['done', 'idempotency_key_reused']);
      }
      expect((await rows.bookingRows(user.id)).length).toBe(5);
    });

    it('keeps each user’s keys apart', async () => {
      const [event, one, other] = [await rows.event(), await rows.user(), await rows.user()];
      const [mine, his] = [await book(event, one, under(as(one), 'k6').attempt), await book(event, other, under(as(other), 'k6').attempt)];
      expect([mine.userId, his.userId, await left(event)]).toEqual([one.id, other.id, 8]);
    });

    it('tells keys apart by every letter, its case too', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      for (const value of ['Key', 'key', 'KEY', `"key"`, 'k'.repeat(255)]) await book(event, user, under(as(user), value).attempt);
      expect(await left(event)).toBe(5);
    });

    it('keeps no refusal: what was refused may be asked again', async () => {
      const [event, user] = [await rows.event({ totalTickets: 1 }), await rows.user()];
      expect(await answerOf(book(event, user, under(as(user), 'k7').attempt, 2))).toBe('insufficient_tickets');
      await rows.edit(event, { totalTickets: 2 });
      expect(await answerOf(book(event, user, under(as(user), 'k7').attempt, 2))).toBe('done');
      expect(await left(event)).toBe(0);
    });

    it('an event, whose first answer stays what it was when it is edited', async () => {
      const organizer = await rows.user({ role: 'admin' });
      const create = (attempt: Attempt) => {
        const plan = anEvent({ organizerId: organizer.id, description: 'Two\nlines, "quotes" and 🎷' });
        return store.ports.events.change(plan.id, attempt, () => plan);
      };
      const made = await create(under(as(organizer), 'k8').attempt);
      await rows.edit(made, { name: 'Blues', totalTickets: 3 });
      const again = under(as(organizer), 'k8');
      expect(await create(again.attempt)).toEqual(made);
      expect(again.told.replays).toBe(1);
    });

    it('a user, by whoever has no account yet', async () => {
      const register = (attempt: Attempt) => {
        const user = aUser();
        return store.ports.users.change(user.id, attempt, () => ({ user, passwordHash: SOME_HASH }));
      };
      const key = anId();
      const answers = await Promise.all(times(5, () => register(under({ actor: 'anonymous' }, key).attempt)));
      expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1);
      const again = under({ actor: 'anonymous' }, key);
      expect((await register(again.attempt)).user).toEqual(answers[0]?.user);
      expect(again.told.replays).toBe(1);
      expect(await answerOf(register(under({ actor: 'anonymous' }, key, 'another').attempt))).toBe('idempotency_key_reused');
    });

    it('gives the first answer only to an actor who may do the same now, by the row under the lock', async () => {
      const organizer = await rows.user({ role: 'admin' });
      const asked = (what: 'event' | 'booking' | 'user') => {
        const { attempt, told } = under(as(organizer), `k12-${what}`, 'asked', refuseAllButAdmins);
        const plan = anEvent({ organizerId: organizer.id });
        const user = aUser();
        const { events, users } = store.ports;
        const answer =
          what === 'event'
            ? events.change(plan.id, attempt, () => plan)
            : what === 'user'
              ? users.change(user.id, attempt, () => ({ user, passwordHash: SOME_HASH }))
              : book(onSale, organizer, attempt);
        return answerOf(answer.then(() => expect(told.replays).toBeLessThan(2)));
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

    it('gives no first answer where nobody said who may have it', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      const key = { value: 'k13', fingerprint: 'asked', onReplay: () => undefined };
      expect(await answerOf(book(event, user, { ...as(user), key }))).toBe('done');
      expect(await answerOf(book(event, user, { ...as(user), key }))).toContain('broken promise');
    });

    it('forgets what is old, in steps, and nothing younger', async () => {
      const [event, user] = [await rows.event(), await rows.user()];
      for (const value of ['k9', 'k10', 'k11']) await book(event, user, under(as(user), value).attempt);
      const forget = (ageMs: number, limit: number) => store.ports.keptAnswers.forget(ageMs, limit);
      expect(await forget(HOUR_MS, 100)).toBe(0);
      expect(await answerOf(book(event, user, under(as(user), 'k9', 'else').attempt))).toBe('idempotency_key_reused');
      expect(await forget(-HOUR_MS, 2)).toBe(2);
      while ((await forget(-HOUR_MS, 100)) > 0);
      expect(await answerOf(book(event, user, under(as(user), 'k9', 'else').attempt))).toBe('done');
    });
  });
}
