import { BOOKING_STATUSES, type BookingStatus } from '@ticket/domain';
import fc from 'fast-check';
import type { Step } from './sale-model.ts';

/** Few tickets, so that steps often meet an event that is sold out. The two bookings that a sale begins with need two tickets. */
const totalTickets: fc.Arbitrary<number> = fc.integer({ min: 2, max: 10 });

const booking = fc.nat(5);
const status: fc.Arbitrary<BookingStatus> = fc.constantFrom(...BOOKING_STATUSES);
const does = <Does extends Step['does']>(name: Does) => fc.constant(name);

/** Bookings and their changes are more frequent than other steps, because they race. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: does('book'), quantity: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 6, arbitrary: fc.record({ does: does('set'), booking, status }) },
  { weight: 2, arbitrary: fc.record({ does: does('delete booking'), booking }) },
  { weight: 2, arbitrary: fc.record({ does: does('resize'), total: totalTickets }) },
  { weight: 1, arbitrary: fc.record({ does: does('price'), cents: fc.nat(1_000_000) }) },
  { weight: 1, arbitrary: fc.record({ does: does('delete event') }) },
);

/**
 * What the kit's random laws draw, for properties of your own. `totalTickets`: 2 to 10. `step`: a `Step` of a sale. Every step can be taken
 * in every state of the sale. Some steps are refused there, such as a booking of more tickets than are left.
 */
export const arbitraries = { step, totalTickets } as const;
