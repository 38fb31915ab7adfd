import { type Listing, type ListRequest, listing } from '../listing.ts';
import { allow } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { accept, type Input } from '../refusal.ts';
import type { BookingView } from '../views.ts';
import { whoAsks } from './asking.ts';

/** The actor's own bookings, an admin's view of all; newest first. The total of all is counted only on request. */
export function listBookings({ users, bookingQueries, policy }: Ports) {
  return async (attempt: Attempt, input: Input<ListRequest>): Promise<Listing<BookingView>> => {
    const actor = await whoAsks({ users }, attempt.actor);
    allow(policy, actor, 'list_bookings');
    const userId = typeof actor === 'string' || actor.role === 'admin' ? undefined : actor.id;
    const request = accept(input);
    return listing(policy, request, {
      part: (part) => bookingQueries.list({ ...part, userId }),
      position: ({ bookingDate, id }) => ({ at: bookingDate, id }),
      count: userId !== undefined || request.total ? () => bookingQueries.count({ userId }) : undefined,
    });
  };
}
