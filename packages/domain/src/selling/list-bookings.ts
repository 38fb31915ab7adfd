import { actsForThemselves } from '../requests/actor.ts';
import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { type Page, readPage } from '../requests/page.ts';
import { accept, type Input, refuse, refuseFaults } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import { type BookingListRequest, NOT_TOGETHER, unlistedBookingFilters } from './list-filters.ts';
import type { Ports } from './ports.ts';
import type { BookingView } from './views.ts';

/** A user's rows are always counted up to this number, which is cheap. So the cost of a page does not depend on the number of bookings. */
const CHEAP_TO_COUNT = 1000;

/** `UseCases.listBookings` says what it does and refuses. */
export function listBookings({ users, bookingQueries, policy }: Ports) {
  return async (context: RequestContext, input: Input<BookingListRequest>): Promise<Page<BookingView>> => {
    const actor = await asActor({ users }, context.actor, (asker) => {
      authorize(policy.rights.list_bookings, asker);
      return asker;
    });
    const request = accept(input);
    const ownId = actsForThemselves(actor) ? actor.id : undefined;
    if (ownId !== undefined && request.userId !== undefined && request.userId !== ownId) refuse('forbidden', { reason: 'not_owner' });
    refuseFaults(unlistedBookingFilters(request).map((field) => ({ field, message: NOT_TOGETHER })));
    const { eventId, status, from, to, userId = ownId } = request;
    const place = request.after ?? request.before;
    // The list of one event has another order for admins. A user may become an admin, or lose the role, after they got a cursor. Its signature
    // stays valid.
    const isOfSales = userId === undefined && eventId !== undefined;
    const isOfThisOrder = place === undefined || (typeof place.at === 'number') === isOfSales;
    refuseFaults(isOfThisOrder ? [] : [{ field: 'cursor', message: 'a place in a list of another order' }]);
    const filter = { userId, eventId, status, from, to };
    const isOneUser = userId !== undefined && [eventId, status, from, to].every((one) => one === undefined);
    return readPage(policy, request, {
      part: (part) => bookingQueries.list({ ...part, ...filter }),
      position: ({ bookingDate, id }) => ({ at: bookingDate, id }),
      count: request.total ? () => countUpTo(policy.list.totalMax) : isOneUser ? () => countUpTo(CHEAP_TO_COUNT) : undefined,
    });

    async function countUpTo(upTo: number | 'unlimited'): Promise<number | undefined> {
      if (upTo === 'unlimited') return bookingQueries.count(filter);
      const total = await bookingQueries.count({ ...filter, upTo });
      return total > upTo ? undefined : total;
    }
  };
}
