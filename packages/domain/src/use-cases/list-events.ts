import { type Listing, type ListRequest, listing } from '../listing.ts';
import { allow } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { accept, type Input } from '../refusal.ts';
import { type EventView, shown } from '../views.ts';
import { asActor } from './asking.ts';

/** All events, the next one first. */
export function listEvents({ users, eventQueries, policy }: Ports) {
  return async (attempt: Attempt, input: Input<ListRequest>): Promise<Listing<EventView>> => {
    await asActor({ users }, attempt.actor, (actor) => allow(policy, actor, 'read_events'));
    return listing(policy, accept(input), {
      part: async (part) => shown(policy, await eventQueries.list(part)),
      position: ({ eventDate, id }) => ({ at: eventDate, id }),
      count: () => eventQueries.count(),
    });
  };
}
