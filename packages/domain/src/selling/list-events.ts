import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { type ListRequest, type Page, readPage } from '../requests/page.ts';
import { accept, type Input } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import type { Ports } from './ports.ts';
import type { EventView } from './views.ts';

/** `UseCases.listEvents` says what it does and refuses. */
export function listEvents({ users, eventQueries, policy }: Ports) {
  return async (context: RequestContext, input: Input<ListRequest>): Promise<Page<EventView>> => {
    await asActor({ users }, context.actor, (actor) => authorize(policy.rights.read_events, actor));
    return readPage(policy, accept(input), {
      part: (part) => eventQueries.list(part),
      position: ({ eventDate, id }) => ({ at: eventDate, id }),
      count: () => eventQueries.count(),
    });
  };
}
