import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { refuse } from '../requests/refusal.ts';
import { authorize, requireSignedIn } from '../requests/rights.ts';
import type { Ports } from './ports.ts';
import type { BookingView } from './views.ts';

/** `UseCases.readBooking` says what it does and refuses. */
export function readBooking({ users, bookingQueries, policy }: Ports) {
  return ({ actor: ref }: RequestContext, id: string): Promise<BookingView> =>
    asActor({ users }, ref, async (actor) => {
      requireSignedIn(policy.rights.read_booking, actor);
      const booking = (await bookingQueries.find(id)) ?? refuse('not_found', { entity: 'booking', id });
      authorize(policy.rights.read_booking, actor, booking.userId);
      return booking;
    });
}
