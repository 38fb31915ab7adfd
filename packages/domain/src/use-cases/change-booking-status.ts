import { type Booking, type BookingStatus, withStatus } from '../booking.ts';
import { allow, identify } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { accept, type Input, refuse } from '../refusal.ts';

/**
 * Gives a booking another status; any may follow any. Cancelling gives the tickets back, once; leaving `cancelled` takes them
 * again at the old price, or refuses `insufficient_tickets`. The same status again changes nothing.
 */
export function changeBookingStatus({ bookings, policy }: Ports) {
  return (attempt: Attempt, id: string, input: Input<{ readonly status: BookingStatus }>): Promise<Booking> =>
    bookings.change(id, attempt, ({ actor, booking }) => {
      identify(policy, actor, 'change_booking');
      const before = booking ?? refuse('not_found', { entity: 'booking', id });
      allow(policy, actor, 'change_booking', before.userId);
      return withStatus(before, accept(input).status);
    });
}
