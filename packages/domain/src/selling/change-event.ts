import { judgeFirst } from '../requests/asking.ts';
import { type RequestContext, requireVersion } from '../requests/context.ts';
import { accept, type Input, refuse } from '../requests/refusal.ts';
import { authorize, requireSignedIn } from '../requests/rights.ts';
import type { EventState } from '../stock/decisions.ts';
import { changedEvent, type Event, type EventChanges } from '../stock/event.ts';
import type { Ports } from './ports.ts';

/** `UseCases.changeEvent` says what it does and refuses. */
export function changeEvent({ events, eventQueries, users, clock, policy }: Ports) {
  return async (context: RequestContext, id: string, input: Input<EventChanges>): Promise<Event> => {
    const now = clock();
    const decide = ({ actor, event }: EventState): Event => {
      requireSignedIn(policy.rights.change_event, actor);
      const before = event ?? refuse('not_found', { entity: 'event', id });
      authorize(policy.rights.change_event, actor);
      requireVersion(context, before);
      return changedEvent(before, accept(input), now);
    };
    await judgeFirst({ users }, context, policy.rights.change_event, async (actor, freshness) =>
      decide({ actor, event: await eventQueries.find(id, freshness) }),
    );
    const { value } = await events.change(id, { actor: context.actor }, decide);
    return value;
  };
}
