import { TICKET_PRICE_CENTS_MAX } from '@ticket/domain';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centsOf, priceOf } from './money.ts';

describe('a price', () => {
  it.each([
    ...([
      [0, 0],
      [-0, 0],
      [0.29, 29],
      [0.57, 57],
      [1.1, 110],
      [19.99, 1999],
      [50000, 5_000_000],
    ] as const),
    ...([
      [8.2, 820],
      [1.15, 115],
      [4.35, 435],
      [99_999_999.99, TICKET_PRICE_CENTS_MAX],
    ] as const),
  ])('of %d is %d cents', (price, cents) => {
    expect(centsOf(price)).toBe(cents);
  });

  it.each([0.001, 1.005, 0.1 + 0.2, 19.999, -0.01, -1, 100_000_000, 99_999_999.991, 9_007_199_254_740_992, 1e15, 1e308, Infinity, Number.NaN])(
    'of %d is none',
    (price) => {
      expect(centsOf(price)).toBeUndefined();
    },
  );

  it('written with two decimals and read again is the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: TICKET_PRICE_CENTS_MAX }), (cents) => {
        expect(centsOf(JSON.parse(priceOf(cents)))).toBe(cents);
      }),
    );
  });

  it('with a third decimal is none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: TICKET_PRICE_CENTS_MAX - 1 }), fc.integer({ min: 1, max: 9 }), (cents, third) => {
        expect(centsOf(Number(`${priceOf(cents)}${third}`))).toBeUndefined();
      }),
    );
  });
});

it.each([
  [0, '0.00'],
  [5, '0.05'],
  [29, '0.29'],
  [5_000_000, '50000.00'],
  [900_000 * TICKET_PRICE_CENTS_MAX, '89999999991000.00'],
])('clients read %d cents as %s', (cents, price) => {
  expect(priceOf(cents)).toBe(price);
});
