import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../accounts/user.ts';
import { inMemoryPorts } from '../memory/index.ts';
import type { Clock } from '../requests/ports.ts';
import { Refusal } from '../requests/refusal.ts';
import type { SellingPolicy } from '../selling/policy.ts';
import { createUseCases } from '../selling/use-cases.ts';
import type { Booking, BookingStatus } from '../stock/booking.ts';
import type { Event } from '../stock/event.ts';
import { anId } from './builders.ts';
import { LOCKED, OPEN } from './policies.ts';
import { answerOf, answersOf, as, type Rows, rowsOf, type Store, times, unwrapped } from './store.ts';

const NOON = new Date('2030-01-01T12:00:00.000Z');
const later = (milliseconds: number): Date => new Date(NOON.getTime() + milliseconds);
const HOUR_MS = 60 * 60 * 1000;
/** A window is shorter by the greatest difference between servers' clocks. */
const WINDOW_MS = HOUR_MS - 5000;
const MAX = 6;

/** What every store promises about the limit on changes, tested through the use cases. */
export function changeBudgetContract(name: string, open: (policy: SellingPolicy, clock: Clock) => Promise<Store>): void {
  describe(`${name} limits what one user changes of their bookings of one event in an hour`, () => {
    const policy = { ...LOCKED.policy, bookingChangesPerHourMax: MAX };
    let now: Date;
    let store: Store;
    let rows: Rows;
    let useCases: ReturnType<typeof createUseCases>;
    let event: Event;
    let user: User;
    beforeAll(async () => {
      store = await open(policy, () => now);
      rows = rowsOf(store.ports, store.fresh);
      useCases = createUseCases(inMemoryPorts({ ...store.ports, clock: () => now, policy, newId: anId }));
    });
    afterAll(() => store.close());
    beforeEach(async () => {
      now = NOON;
      event = await rows.event({ totalTickets: 1000 });
      user = await rows.user();
    });

    const book = (who = user, of = event, quantity = 1) => unwrapped(useCases.bookTickets(as(who), { eventId: of.id, quantity }));
    const set = ({ id }: Booking, status: BookingStatus, who = user) => useCases.changeBookingStatus(as(who), id, { status });
    const remove = ({ id }: Booking, who = user) => useCases.deleteBooking(as(who), id);
    const refused = 'too_many_booking_changes';
    /** Makes the changes one after the other until one is refused, and returns how many succeeded. */
    const made = async (changes: readonly (() => Promise<unknown>)[]) => {
      for (const [index, change] of changes.entries()) {
        const answer = await answerOf(change());
        if (answer === 'done') continue;
        expect(answer).toBe(refused);
        return index;
      }
      return changes.length;
    };

    /** Makes the `n`th change. `last` is the result of the change before it. */
    type Story = (n: number, last: Booking | undefined) => Promise<Booking | undefined>;
    it.each<[string, Story]>([
      ['booked', () => book()],
      ['booked and cancelled', (n, last) => (last === undefined || n % 2 === 0 ? book() : set(last, 'cancelled'))],
      ['booked and deleted', (n, last) => (last === undefined || n % 2 === 0 ? book() : remove(last))],
      ['booked once, cancelled and taken again', (n, last) => (last === undefined ? book() : set(last, n % 2 === 0 ? 'confirmed' : 'cancelled'))],
      ['booked once, made pending and confirmed', (n, last) => (last === undefined ? book() : set(last, n % 2 === 0 ? 'confirmed' : 'pending'))],
    ])('in all %s', async (_, story) => {
      let last: Booking | undefined;
      const changes = times(9, (n) => async () => {
        last = (await story(n, last)) ?? last;
      });
      expect(await made(changes)).toBe(MAX);
      expect(await answerOf(book())).toBe(refused);
    });

    it('also when they come at once, and moves no ticket for what it refuses', async () => {
      const booking = await book();
      const answers = await answersOf([...times(4, () => book()), set(booking, 'pending'), remove(booking), ...times(4, () => book())]);
      expect(answers.filter((answer) => answer === 'done')).toHaveLength(MAX - 1);
      expect(answers.filter((answer) => answer === refused)).toHaveLength(5);
      const held = (await rows.bookingRows(user.id)).length;
      expect(await rows.available(event)).toBe(1000 - held);
      expect(await store.movements(event.id)).toHaveLength(answers.filter((_, n) => n !== 4 && answers[n] === 'done').length + 2);
    });

    it('for each user and each event by itself', async () => {
      const [other, elsewhere] = [await rows.user(), await rows.event({ totalTickets: 1000 })];
      await made(times(9, () => () => book()));
      expect(await answersOf([book(other), book(user, elsewhere), book()])).toEqual(['done', 'done', refused]);
      expect(await answersOf([...times(7, () => book(other)), ...times(7, () => book(user, elsewhere))])).toEqual(
        times(2, () => times(7, (n) => (n < 5 ? 'done' : refused))).flat(),
      );
    });

    it('not for admins, who serve others: neither their own bookings nor what they change of somebody’s counts', async () => {
      const admin = await rows.user({ role: 'admin' });
      expect(await answersOf(times(9, () => book(admin)))).toEqual(times(9, () => 'done'));
      const booking = await book();
      for (const n of times(9, (at) => at)) await set(booking, n % 2 === 0 ? 'pending' : 'confirmed', admin);
      expect(await made(times(9, () => () => book()))).toBe(MAX - 1);
      expect(await answersOf([set(booking, 'cancelled'), set(booking, 'cancelled', admin), remove(booking, admin)])).toEqual([
        refused,
        'done',
        'done',
      ]);
    });

    it('but counts nothing that is refused, stores nothing or was answered before', async () => {
      const booking = await book();
      const key = { value: anId(), fingerprint: 'of the first' };
      const keyed = () => useCases.bookTickets({ ...as(user), key }, { eventId: event.id, quantity: 1 });
      await keyed();
      await answersOf([
        ...times(9, () => set(booking, 'confirmed')),
        ...times(9, () => book(user, event, 11)),
        ...times(9, keyed),
        ...times(9, () => remove({ ...booking, id: anId() })),
      ]);
      expect(await made(times(9, () => () => book()))).toBe(MAX - 2);
      expect(await answersOf([set(booking, 'confirmed'), book(user, event, 11), keyed()])).toEqual(['done', 'too_many_for_a_booking', 'done']);
    });

    const waitOf = async (change: Promise<unknown>): Promise<number> => {
      const error = await change.catch((thrown: unknown) => thrown);
      if (!(error instanceof Refusal) || !('retryAfterSeconds' in error.details)) throw new Error(`done, or ${String(error)}`);
      expect(error).toMatchObject({ code: refused, details: { maximum: MAX } });
      return error.details.retryAfterSeconds * 1000;
    };

    it.each([
      ['bookings', async () => void (await Promise.all(times(MAX, () => book())))],
      [
        'changes of one booking',
        async () => {
          const [booking] = await Promise.all([book()]);
          for (const n of times(MAX - 1, (at) => at)) await set(booking, n % 2 === 0 ? 'pending' : 'confirmed');
        },
      ],
      [
        'bookings that are gone',
        async () => {
          for (const _ of times(MAX / 2, anId)) await remove(await book());
        },
      ],
    ])('until the window of the %s ends, which the refusal says', async (_, spendAll) => {
      await spendAll();
      now = later(1000);
      expect(await waitOf(book())).toBe(WINDOW_MS - 1000);
      now = later(WINDOW_MS - 1);
      expect(await waitOf(book())).toBe(1000);
      now = later(WINDOW_MS);
      expect(await answerOf(book())).toBe('done');
    });

    it.each([24 * HOUR_MS, HOUR_MS, 60_000, 1])('for no longer than a window, though the clock was set back by %i ms', async (milliseconds) => {
      now = later(milliseconds);
      const booking = await book();
      await remove(await book());
      await set(booking, 'pending');
      await made(times(9, () => () => book()));
      now = NOON;
      for (const change of [() => set(booking, 'confirmed'), () => book()]) {
        if ((await answerOf(change())) === 'done') continue;
        const wait = await waitOf(change());
        expect(wait).toBeLessThanOrEqual(HOUR_MS);
        now = new Date(now.getTime() + wait);
        expect(await answerOf(change())).toBe('done');
      }
    });

    it.each([-4000, 4000])('to a server whose clock differs by %i ms too', async (milliseconds) => {
      const booking = await book();
      await set(booking, 'pending');
      await made(times(9, () => () => book()));
      now = later(milliseconds);
      expect(await answersOf([book(), set(booking, 'confirmed'), remove(booking)])).toEqual([refused, refused, refused]);
    });

    it('and forgets no count whose window is running', async () => {
      const booking = await book();
      await made(times(9, (n) => () => set(booking, n % 2 === 0 ? 'pending' : 'confirmed')));
      await store.ports.rateLimitStore.forget(later(1000), 500);
      expect(await answerOf(book())).toBe(refused);
      await store.ports.rateLimitStore.forget(later(WINDOW_MS), 500);
      now = later(1000);
      expect(await answerOf(book())).toBe('done');
    });
  });

  it(`${name} counts no changes where the policy sets no limit`, async () => {
    const { ports, fresh, close } = await open(OPEN.policy, () => NOON);
    const rows = rowsOf(ports, fresh);
    const [event, user] = [await rows.event({ totalTickets: 1000 }), await rows.user()];
    const { bookTickets } = createUseCases(inMemoryPorts({ ...ports, clock: () => NOON, newId: anId }));
    const answers = await answersOf(times(120, () => bookTickets(as(user), { eventId: event.id, quantity: 1 })));
    await close();
    expect(answers).toEqual(times(120, () => 'done'));
  });
}
