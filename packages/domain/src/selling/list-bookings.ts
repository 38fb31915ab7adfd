import { actsForThemselves } from '../requests/actor.ts';
import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { type ListRequest, type Page, readPage } from '../requests/page.ts';
import { accept, type Input } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import type { Ports } from './ports.ts';
import type { BookingView } from './views.ts';

/** A user's rows are always counted up to this number, which is cheap. So the cost of a page does not depend on the number of bookings. */
const CHEAP_TO_COUNT = 1000;

/** `UseCases.listBookings` says what it does and refuses. */
export function listBookings({ users, bookingQueries, policy }: Ports) {
  return async (context: RequestContext, input: Input<ListRequest>): Promise<Page<BookingView>> => {
    const actor = await asActor({ users }, context.actor, (asker) => {
      authorize(policy.rights.list_bookings, asker);
      return asker;
    });
    const userId = actsForThemselves(actor) ? actor.id : undefined;
    const request = accept(input);
    return readPage(policy, request, {
      part: (part) => bookingQueries.list({ ...part, userId }),
      position: ({ bookingDate, id }) => ({ at: bookingDate, id }),
      count: request.total ? () => countUpTo(policy.list.totalMax) : userId === undefined ? undefined : () => countUpTo(CHEAP_TO_COUNT),
    });

    async function countUpTo(upTo: number | 'unlimited'): Promise<number | undefined> {
      if (upTo === 'unlimited') return bookingQueries.count({ userId });
      const total = await bookingQueries.count({ userId, upTo });
      return total > upTo ? undefined : total;
    }
  };
}
