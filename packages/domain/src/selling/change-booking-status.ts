import { allow, identify, refusePast, refuseTooMany } from '../policy.ts';
import type { Ports } from '../ports.ts';
import type { Attempt } from '../requests/attempt.ts';
import { accept, type Input, refuse } from '../requests/refusal.ts';
import { type Booking, type BookingStatus, heldBy, withStatus } from '../stock/booking.ts';
import { requireToken } from '../use-cases/asking.ts';

/**
 * Gives a booking another status; any may follow any. Cancelling gives the tickets back, once; leaving `cancelled` takes them
 * again at the old price, or is refused as a booking is: no stock, the event is over, more than the policy lets one have. The same status
 * again changes nothing.
 */
export function changeBookingStatus({ bookings, clock, policy }: Ports) {
  return async (attempt: Attempt, id: string, input: Input<{ readonly status: BookingStatus }>): Promise<Booking> => {
    requireToken({ policy }, attempt, 'change_booking');
    const now = clock();
    return bookings.change(id, attempt, ({ actor, event, booking, heldByOwner }) => {
      identify(policy, actor, 'change_booking');
      const before = booking ?? refuse('not_found', { entity: 'booking', id });
      allow(policy, actor, 'change_booking', before.userId);
      const after = withStatus(before, accept(input).status);
      if (event !== undefined && heldBy(after) > heldBy(before)) {
        refusePast(policy, event, now);
        refuseTooMany(policy, { quantity: after.quantity, heldByOwner });
      }
      return after;
    });
  };
}
