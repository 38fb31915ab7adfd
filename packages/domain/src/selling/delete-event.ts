import { judgeFirst } from '../requests/asking.ts';
import { type RequestContext, requireVersion } from '../requests/context.ts';
import { refuse } from '../requests/refusal.ts';
import { authorize, requireSignedIn } from '../requests/rights.ts';
import type { EventState } from '../stock/decisions.ts';
import { heldTickets } from '../stock/event.ts';
import type { Ports } from './ports.ts';

/** `UseCases.deleteEvent` says what it does and refuses. */
export function deleteEvent({ events, eventQueries, users, policy }: Ports) {
  return async (context: RequestContext, id: string): Promise<undefined> => {
    const decide = ({ actor, event }: EventState): undefined => {
      requireSignedIn(policy.rights.delete_event, actor);
      const before = event ?? refuse('not_found', { entity: 'event', id });
      authorize(policy.rights.delete_event, actor);
      requireVersion(context, before);
      if (heldTickets(before) > 0) refuse('event_has_active_bookings', {});
    };
    await judgeFirst({ users }, context, policy.rights.delete_event, async (actor, freshness) =>
      decide({ actor, event: await eventQueries.find(id, freshness) }),
    );
    const { value } = await events.change(id, { actor: context.actor }, decide);
    return value;
  };
}
