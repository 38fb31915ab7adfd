import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aBooking, anEvent, NOW } from '../testing/builders.ts';
import { BOOKING_STATUSES, heldBy, newBooking, withStatus } from './booking.ts';
import { TICKET_PRICE_CENTS_MAX, TOTAL_TICKETS_MAX } from './event.ts';

const event = anEvent({ id: 'e1', ticketPriceCents: 150_050 });
const book = (quantity: number, of = event) => newBooking(of, { id: 'b1', userId: 'u1', quantity, now: NOW });

describe('a new booking', () => {
  it('is confirmed, at the price of now', () => {
    expect(book(3)).toEqual({
      id: 'b1',
      userId: 'u1',
      eventId: 'e1',
      quantity: 3,
      totalPriceCents: 450_150,
      status: 'confirmed',
      bookingDate: NOW,
      version: 1,
    });
  });

  it.each([0, -1, 1.5, Number.NaN, TOTAL_TICKETS_MAX + 1, 2 ** 53, Number.POSITIVE_INFINITY])('is refused for %d tickets', (quantity) => {
    expect(() => book(quantity)).toThrow(
      expect.objectContaining({ code: 'invalid_input', details: { faults: [{ field: 'quantity', message: 'a whole number, 1 to 900000' }] } }),
    );
  });

  it('costs quantity x price exactly, whatever they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: TOTAL_TICKETS_MAX }), fc.nat(TICKET_PRICE_CENTS_MAX), (quantity, ticketPriceCents) => {
        const { totalPriceCents } = book(quantity, anEvent({ ticketPriceCents }));
        expect(BigInt(totalPriceCents)).toBe(BigInt(quantity) * BigInt(ticketPriceCents));
      }),
    );
  });

  it('does not ask whether the stock suffices: that is judged where it moves', () => {
    expect(book(11, anEvent({ availableTickets: 0 })).quantity).toBe(11);
  });
});

describe('what a booking holds', () => {
  it.each([
    ['pending', 2],
    ['confirmed', 2],
    ['cancelled', 0],
  ] as const)('while it is %s is %i of its 2 tickets', (status, held) => {
    expect(heldBy(aBooking({ status, quantity: 2 }))).toBe(held);
  });

  it('is nothing once it is gone', () => {
    expect(heldBy(undefined)).toBe(0);
  });
});

describe('another status', () => {
  it('is all that changes, and any may follow any', () => {
    for (const from of BOOKING_STATUSES) {
      for (const to of BOOKING_STATUSES) {
        const booking = aBooking({ status: from });
        expect(withStatus(booking, to)).toEqual({ ...booking, status: to });
      }
    }
  });

  it('gives the very same booking when it has that status already', () => {
    for (const status of BOOKING_STATUSES) {
      const booking = aBooking({ status });
      expect(withStatus(booking, status)).toBe(booking);
    }
  });
});
