import { allow, identify } from '../policy.ts';
import type { Ports } from '../ports.ts';
import type { Attempt } from '../requests/attempt.ts';
import { accept, type Input, refuse } from '../requests/refusal.ts';
import { changedEvent, type Event, type EventChanges } from '../stock/event.ts';
import type { EventNow } from '../stock/settlement.ts';
import { judgeFirst } from '../use-cases/asking.ts';

/** Edits an event. A new total moves the stock by the difference; refuses `total_below_held` rather than take back what is sold. */
export function changeEvent({ events, eventQueries, users, clock, policy }: Ports) {
  return async (attempt: Attempt, id: string, input: Input<EventChanges>): Promise<Event> => {
    const now = clock();
    const decide = ({ actor, event }: EventNow): Event => {
      identify(policy, actor, 'change_event');
      const before = event ?? refuse('not_found', { entity: 'event', id });
      allow(policy, actor, 'change_event');
      return changedEvent(before, accept(input), now);
    };
    await judgeFirst({ users, policy }, attempt, 'change_event', async (actor, freshness) =>
      decide({ actor, event: await eventQueries.find(id, freshness) }),
    );
    return events.change(id, attempt, decide);
  };
}
