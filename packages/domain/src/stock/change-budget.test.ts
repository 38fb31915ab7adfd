import { describe, expect, it } from 'vitest';
import type { Actor } from '../requests/actor.ts';
import { Refusal } from '../requests/refusal.ts';
import { aBooking, NOW } from '../testing/builders.ts';
import { times } from '../testing/store.ts';
import type { Booking } from './booking.ts';
import { type ChangeBudget, changesSubject, madeWithin, type RecentChanges, spending } from './change-budget.ts';

const HOUR_MS = 60 * 60 * 1000;
/** A window is shorter by the greatest difference between servers' clocks. */
const CLOCKS_MS = 5000;
const WINDOW_MS = HOUR_MS - CLOCKS_MS;
const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);

const SARI: Actor = { id: 'sari', role: 'user' };
const of = { userId: 'sari', eventId: 'e1' };
const SUBJECT = 'changes by sari of bookings of e1';
const recent = (facts: Partial<RecentChanges>): ChangeBudget => ({
  changesMax: 3,
  recent: [{ ...of, made: 0, firstMadeAt: undefined, others: undefined, ...facts }],
});
const counted = (count: number, endsAt: Date): Partial<RecentChanges> => ({ others: { subject: SUBJECT, count, endsAt } });
const old = aBooking({ ...of, bookingDate: later(-2 * HOUR_MS) });

type Change = (budget: ReturnType<typeof spending>) => void;
const book: Change = (budget) => budget.spend(SARI, undefined, aBooking({ ...of, bookingDate: NOW }));
const cancel: Change = (budget) => budget.spend(SARI, old, { ...old, status: 'cancelled' });
const remove =
  (booking: Booking = old): Change =>
  (budget) =>
    budget.spend(SARI, booking, undefined);

/** The answers to the changes, one after the other: `done`, or the seconds to wait. */
function answersOf(budget: ReturnType<typeof spending>, changes: readonly Change[]): (string | number)[] {
  return changes.map((change) => {
    try {
      change(budget);
      return 'done';
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'too_many_booking_changes')) throw error;
      expect(error.details.maximum).toBe(3);
      return error.details.retryAfterSeconds;
    }
  });
}
/** The number of changes that are still allowed after `first`. */
const leftAfter = (budget: ReturnType<typeof spending>, ...first: readonly Change[]) => {
  expect(answersOf(budget, first)).toEqual(first.map(() => 'done'));
  return answersOf(
    budget,
    times(5, () => cancel),
  ).filter((answer) => answer === 'done').length;
};

describe('the dates of bookings that count', () => {
  it('are those of the last hour, less the difference of clocks, and reach into the future by this difference', () => {
    expect(madeWithin(NOW)).toEqual({ from: later(-WINDOW_MS), to: later(CLOCKS_MS) });
  });
});

describe('a budget of three changes', () => {
  it.each<[string, Change]>([
    ['bookings', book],
    ['changes of status', cancel],
    ['deletions of old bookings', remove()],
  ])('lets three %s through, and says how long to wait for the fourth', (_, change) => {
    const budget = spending({ changesMax: 3, recent: [] }, NOW);
    expect(answersOf(budget, [change, change, change, change])).toEqual(['done', 'done', 'done', WINDOW_MS / 1000]);
  });

  it('counts each user and each event apart, by a subject that names both', () => {
    expect(changesSubject(of)).toBe(SUBJECT);
    const budget = spending(recent({ made: 3, firstMadeAt: NOW }), NOW);
    for (const other of [aBooking({ userId: 'sari' }), aBooking({ eventId: 'e1' })]) budget.spend(SARI, undefined, other);
    expect(answersOf(budget, [book])).toEqual([WINDOW_MS / 1000]);
  });

  it('is not spent by admins and the operator', () => {
    const budget = spending(recent({ made: 3, firstMadeAt: NOW }), NOW);
    for (const actor of [{ id: 'ani', role: 'admin' } as const, 'operator' as const]) budget.spend(actor, old, undefined);
    expect(budget.written()).toEqual([]);
  });

  it('is not spent without a booking', () => {
    const budget = spending({ changesMax: 0, recent: [] }, NOW);
    budget.spend(SARI, undefined, undefined);
    expect(budget.written()).toEqual([]);
  });

  it('counts the bookings and changes that were stored before', () => {
    expect(leftAfter(spending(recent({ made: 1, firstMadeAt: NOW }), NOW))).toBe(2);
    expect(leftAfter(spending(recent(counted(2, later(1))), NOW))).toBe(1);
    expect(leftAfter(spending(recent({ made: 1, firstMadeAt: NOW, ...counted(1, later(1)) }), NOW))).toBe(1);
  });

  it('writes the count of changes and deletions, but none for bookings', () => {
    const budget = spending(recent(counted(1, later(1000))), NOW);
    book(budget);
    expect(budget.written()).toEqual([]);
    cancel(budget);
    expect(budget.written()).toEqual([{ subject: SUBJECT, count: 2, endsAt: later(1000) }]);
  });
});

describe('the window of stored changes', () => {
  it('begins with the first change, and ends after an hour less the difference of clocks', () => {
    const budget = spending({ changesMax: 3, recent: [] }, NOW);
    cancel(budget);
    expect(budget.written()).toEqual([{ subject: SUBJECT, count: 1, endsAt: later(WINDOW_MS) }]);
    cancel(budget);
    expect(budget.written()).toEqual([{ subject: SUBJECT, count: 2, endsAt: later(WINDOW_MS) }]);
  });

  it.each([
    ['is over when it ends now', 0, { isRefused: false, count: 1, endsIn: WINDOW_MS }],
    ['runs when it ends later', 1, { isRefused: true }],
    ['runs when it ends in an hour', HOUR_MS, { isRefused: true }],
    ['does not run when it ends later than any window can, and keeps its count', HOUR_MS + 1, { isRefused: false, count: 4, endsIn: WINDOW_MS }],
  ])('%s', (_, endsIn, expected) => {
    const budget = spending(recent(counted(3, later(endsIn))), NOW);
    const [answer] = answersOf(budget, [cancel]);
    expect(answer !== 'done').toBe(expected.isRefused);
    if (!('count' in expected)) return;
    expect(budget.written()).toEqual([{ subject: SUBJECT, count: expected.count, endsAt: later(expected.endsIn) }]);
  });
});

describe('a deleted booking', () => {
  it.each([
    ['made at the beginning of the hour counts for its deletion alone', -WINDOW_MS, 1],
    ['made just after it counts for its creation too', 1 - WINDOW_MS, 2],
    ['made by a clock that is ahead counts for its creation too', CLOCKS_MS, 2],
    ['made later than clocks may differ counts for its deletion alone', CLOCKS_MS + 1, 1],
  ])('%s', (_, milliseconds, count) => {
    const budget = spending({ changesMax: 3, recent: [] }, NOW);
    remove(aBooking({ ...of, bookingDate: later(milliseconds) }))(budget);
    expect(budget.written()).toMatchObject([{ count }]);
  });

  it('counts more than one that is cancelled, which stays in the table', () => {
    const made = aBooking({ ...of, bookingDate: NOW });
    const budget = spending({ changesMax: 3, recent: [] }, NOW);
    budget.spend(SARI, made, { ...made, status: 'cancelled' });
    expect(budget.written()).toMatchObject([{ count: 1 }]);
  });

  it('counts as often as before its deletion, and once for it', () => {
    const made = aBooking({ ...of, bookingDate: NOW });
    expect(leftAfter(spending(recent({ made: 1, firstMadeAt: NOW }), NOW), remove(made))).toBe(1);
    expect(leftAfter(spending(recent({ made: 1, firstMadeAt: NOW }), NOW), cancel)).toBe(1);
  });
});

describe('the wait', () => {
  it('lasts until the first booking no longer counts, or the window of changes ends, whichever is sooner', () => {
    const wait = (madeAt: number, endsIn: number) =>
      answersOf(spending(recent({ made: 1, firstMadeAt: later(madeAt), ...counted(2, later(endsIn)) }), NOW), [cancel])[0];
    expect(wait(-1000 * 60, 1000 * 30)).toBe(30);
    expect(wait(-WINDOW_MS + 20_000, 1000 * 30)).toBe(20);
  });

  it('starts with the first booking of the batch if there was none before', () => {
    const [first, second] = [later(-2000), later(-1000)].map((bookingDate) => aBooking({ ...of, bookingDate }));
    const budget = spending({ changesMax: 2, recent: [] }, NOW);
    for (const booking of [first, second]) budget.spend(SARI, undefined, booking);
    expect(() => cancel(budget)).toThrow(expect.objectContaining({ details: { maximum: 2, retryAfterSeconds: WINDOW_MS / 1000 - 2 } }));
  });

  it('is in whole seconds, rounded up, and at least one', () => {
    const wait = (endsIn: number) => answersOf(spending(recent(counted(3, later(endsIn))), NOW), [cancel])[0];
    expect([wait(1), wait(1001), wait(2000)]).toEqual([1, 2, 2]);
    expect(answersOf(spending(recent({ made: 3, firstMadeAt: later(-2 * HOUR_MS) }), NOW), [cancel])).toEqual([1]);
  });
});
