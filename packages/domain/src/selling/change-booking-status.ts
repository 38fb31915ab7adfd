import { requireToken } from '../requests/asking.ts';
import { type RequestContext, requireVersion } from '../requests/context.ts';
import { accept, type Input, refuse } from '../requests/refusal.ts';
import { authorize, requireSignedIn } from '../requests/rights.ts';
import { type Booking, type BookingStatus, heldBy, withStatus } from '../stock/booking.ts';
import { refusePast, refuseTooMany } from './policy.ts';
import type { Ports } from './ports.ts';

/** `UseCases.changeBookingStatus` says what it does and refuses. */
export function changeBookingStatus({ bookings, users, clock, policy }: Ports) {
  return async (context: RequestContext, id: string, input: Input<{ readonly status: BookingStatus }>): Promise<Booking> => {
    requireToken({ users }, policy.rights.change_booking, context);
    const now = clock();
    return bookings.change(id, context, ({ actor, event, booking, heldByOwner }) => {
      requireSignedIn(policy.rights.change_booking, actor);
      const before = booking ?? refuse('not_found', { entity: 'booking', id });
      authorize(policy.rights.change_booking, actor, before.userId);
      requireVersion(context, before);
      const after = withStatus(before, accept(input).status);
      if (event !== undefined && heldBy(after) > heldBy(before)) {
        refusePast(policy, event, now);
        refuseTooMany(policy, { quantity: after.quantity, heldByOwner });
      }
      return after;
    });
  };
}
