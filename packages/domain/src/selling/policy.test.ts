import { describe, expect, it } from 'vitest';
import { Refusal } from '../requests/refusal.ts';
import { refuseTooMany, SELLING_POLICY, type SellingPolicy } from './policy.ts';

function answerOf(ask: () => void): string {
  try {
    ask();
    return 'y';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.code;
  }
}

describe('a limit on tickets', () => {
  const policy = { ...SELLING_POLICY, ticketsPerBookingMax: 4, ticketsPerUserMax: 6 };
  const ask = (quantity: number, heldByOwner: number | 'not_counted', limits: SellingPolicy = policy) =>
    answerOf(() => refuseTooMany(limits, { quantity, heldByOwner }));

  it.each([
    [4, 0, 'y'],
    [5, 0, 'too_many_for_a_booking'],
    [4, 2, 'y'],
    [4, 3, 'too_many_for_a_user'],
    [1, 6, 'too_many_for_a_user'],
    [5, 6, 'too_many_for_a_booking'],
  ])('lets %i tickets be taken by who holds %i: %s', (quantity, held, answer) => {
    expect(ask(quantity, held)).toBe(answer);
  });

  it('says what the limit is, and what is held', () => {
    const details = { maximum: 6, held: 5, requested: 2 };
    expect(() => refuseTooMany(policy, { quantity: 2, heldByOwner: 5 })).toThrow(expect.objectContaining({ details }));
    const ofBooking = { maximum: 4, requested: 5 };
    expect(() => refuseTooMany(policy, { quantity: 5, heldByOwner: 0 })).toThrow(expect.objectContaining({ details: ofBooking }));
  });

  it('is none unless the app sets one', () => {
    expect(ask(900_000, 'not_counted', SELLING_POLICY)).toBe('y');
  });

  it('on what a user holds is nothing that may be forgotten to be counted', () => {
    expect(() => ask(1, 'not_counted')).toThrow('broken promise: what a user holds is counted where there is a limit to it');
  });
});
