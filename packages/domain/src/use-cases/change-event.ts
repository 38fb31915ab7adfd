import { changedEvent, type Event, type EventChanges } from '../event.ts';
import { allow, identify } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { accept, type Input, refuse } from '../refusal.ts';

/** Edits an event. A new total moves the stock by the difference; refuses `total_below_held` rather than take back what is sold. */
export function changeEvent({ events, clock, policy }: Ports) {
  return (attempt: Attempt, id: string, input: Input<EventChanges>): Promise<Event> => {
    const now = clock();
    return events.change(id, attempt, ({ actor, event }) => {
      identify(policy, actor, 'change_event');
      const before = event ?? refuse('not_found', { entity: 'event', id });
      allow(policy, actor, 'change_event');
      return changedEvent(before, accept(input), now);
    });
  };
}
