import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { refuse } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import type { Ports } from './ports.ts';
import type { EventView } from './views.ts';

/** `UseCases.readEvent` says what it does and refuses. */
export function readEvent({ users, eventQueries, policy }: Ports) {
  return async (context: RequestContext, id: string): Promise<EventView> => {
    await asActor({ users }, context.actor, (actor) => authorize(policy.rights.read_events, actor));
    return (await eventQueries.find(id)) ?? refuse('not_found', { entity: 'event', id });
  };
}
