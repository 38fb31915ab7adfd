import { requireToken } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { accept, type Input, refuse } from '../requests/refusal.ts';
import { authorize, requireSignedIn } from '../requests/rights.ts';
import { type Booking, type BookingStatus, heldBy, withStatus } from '../stock/booking.ts';
import { refusePast, refuseTooMany } from './policy.ts';
import type { Ports } from './ports.ts';

/**
 * Gives a booking another status. Each status may follow each other one. Cancelling returns the tickets to the stock, at most once. A
 * cancelled booking that gets another status takes its tickets again at the old price. It is then refused for the same reasons as a new
 * booking: no stock, the event is over, or more tickets than the policy allows. The same status again changes nothing.
 *
 * Refuses `unauthenticated`, `not_found`, `forbidden`, `invalid_input`, and for any change `too_many_booking_changes`. If tickets are taken
 * again, it also refuses `event_is_over`, `too_many_for_a_booking`, `too_many_for_a_user`, `insufficient_tickets`.
 */
export function changeBookingStatus({ bookings, users, clock, policy }: Ports) {
  return async (context: RequestContext, id: string, input: Input<{ readonly status: BookingStatus }>): Promise<Booking> => {
    requireToken({ users }, policy.rights.change_booking, context);
    const now = clock();
    return bookings.change(id, context, ({ actor, event, booking, heldByOwner }) => {
      requireSignedIn(policy.rights.change_booking, actor);
      const before = booking ?? refuse('not_found', { entity: 'booking', id });
      authorize(policy.rights.change_booking, actor, before.userId);
      const after = withStatus(before, accept(input).status);
      if (event !== undefined && heldBy(after) > heldBy(before)) {
        refusePast(policy, event, now);
        refuseTooMany(policy, { quantity: after.quantity, heldByOwner });
      }
      return after;
    });
  };
}
