import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { type ListRequest, type Page, readPage } from '../requests/page.ts';
import { accept, type Input, refuse } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import type { Ports } from './ports.ts';
import type { BookingView } from './views.ts';

/** `UseCases.listAttendees` says what it does and refuses. */
export function listAttendees({ users, eventQueries, bookingQueries, policy }: Ports) {
  return async (context: RequestContext, eventId: string, input: Input<ListRequest>): Promise<Page<BookingView>> => {
    await asActor({ users }, context.actor, (actor) => authorize(policy.rights.list_attendees, actor));
    const { limit, after, before } = accept(input);
    if ((await eventQueries.find(eventId)) === undefined) refuse('not_found', { entity: 'event', id: eventId });
    // Staff at the entrance need the whole list, so the policy sets no limit here.
    return readPage(
      { list: { ...policy.list, limit: 'unlimited' } },
      { limit, after, before },
      {
        part: (part) => bookingQueries.list({ ...part, eventId }),
        position: ({ bookingDate, id }) => ({ at: bookingDate, id }),
        count: undefined,
      },
    );
  };
}
