import { allow } from '../policy.ts';
import type { Ports } from '../ports.ts';
import type { Attempt } from '../requests/attempt.ts';
import { type Listing, type ListRequest, listing } from '../requests/listing.ts';
import { accept, type Input } from '../requests/refusal.ts';
import { asActor } from '../use-cases/asking.ts';
import { type EventView, shown } from './views.ts';

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
