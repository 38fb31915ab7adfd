import { allow, identify } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { refuse } from '../refusal.ts';
import type { BookingView } from '../views.ts';
import { asActor } from './asking.ts';

export function readBooking({ users, bookingQueries, policy }: Ports) {
  return ({ actor: ref }: Attempt, id: string): Promise<BookingView> =>
    asActor({ users }, ref, async (actor) => {
      identify(policy, actor, 'read_booking');
      const booking = (await bookingQueries.find(id)) ?? refuse('not_found', { entity: 'booking', id });
      allow(policy, actor, 'read_booking', booking.userId);
      return booking;
    });
}
