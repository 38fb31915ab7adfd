import { requireToken } from '../requests/asking.ts';
import { type RequestContext, requireVersion } from '../requests/context.ts';
import { refuse } from '../requests/refusal.ts';
import { authorize, requireSignedIn } from '../requests/rights.ts';
import type { Ports } from './ports.ts';

/** `UseCases.deleteBooking` says what it does and refuses. */
export function deleteBooking({ bookings, users, policy }: Ports) {
  return async (context: RequestContext, id: string): Promise<undefined> => {
    requireToken({ users }, policy.rights.delete_booking, context);
    return bookings.change(id, context, ({ actor, booking }) => {
      requireSignedIn(policy.rights.delete_booking, actor);
      const before = booking ?? refuse('not_found', { entity: 'booking', id });
      authorize(policy.rights.delete_booking, actor, before.userId);
      requireVersion(context, before);
      return undefined;
    });
  };
}
