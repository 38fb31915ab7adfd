import { asActor } from '../requests/asking.ts';
import type { Attempt } from '../requests/attempt.ts';
import { type Listing, type ListRequest, listing } from '../requests/listing.ts';
import { accept, type Input } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import type { Ports } from './ports.ts';
import type { EventView } from './views.ts';

/**
 * All events, the next one first.
 *
 * Refuses `unauthenticated` for an invalid token, `invalid_input`.
 */
export function listEvents({ users, eventQueries, policy }: Ports) {
  return async (attempt: Attempt, input: Input<ListRequest>): Promise<Listing<EventView>> => {
    await asActor({ users }, attempt.actor, (actor) => authorize(policy.rights.read_events, actor));
    return listing(policy, accept(input), {
      part: (part) => eventQueries.list(part),
      position: ({ eventDate, id }) => ({ at: eventDate, id }),
      count: () => eventQueries.count(),
    });
  };
}
