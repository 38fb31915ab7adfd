import { allow, identify } from '../policy.ts';
import type { Ports } from '../ports.ts';
import type { Attempt } from '../requests/attempt.ts';
import { refuse } from '../requests/refusal.ts';
import { asActor } from '../use-cases/asking.ts';
import type { BookingView } from './views.ts';

export function readBooking({ users, bookingQueries, policy }: Ports) {
  return ({ actor: ref }: Attempt, id: string): Promise<BookingView> =>
    asActor({ users }, ref, async (actor) => {
      identify(policy, actor, 'read_booking');
      const booking = (await bookingQueries.find(id)) ?? refuse('not_found', { entity: 'booking', id });
      allow(policy, actor, 'read_booking', booking.userId);
      return booking;
    });
}
