import { person } from '../actor.ts';
import { type Event, type NewEvent, newEvent } from '../event.ts';
import { allow, refusePast } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { accept, type Input } from '../refusal.ts';
import type { EventNow } from '../settlement.ts';
import { judgeFirst } from './asking.ts';

/** Opens an event that the actor organises, with all its tickets in stock. */
export function createEvent({ events, users, clock, newId, policy }: Ports) {
  return async (attempt: Attempt, input: Input<NewEvent>): Promise<Event> => {
    const id = newId();
    const now = clock();
    const decide = ({ actor }: Pick<EventNow, 'actor'>): Event => {
      allow(policy, actor, 'create_event');
      const plan = accept(input);
      refusePast(policy, plan, now);
      return newEvent(plan, { id, organizerId: person(actor).id, now });
    };
    await judgeFirst({ users, policy }, attempt, 'create_event', (actor) => {
      allow(policy, actor, 'create_event');
      accept(input);
      // Asked again under a key, the first answer is given again, also when the event is over by now.
      if (attempt.key === undefined) decide({ actor });
    });
    return events.change(id, attempt, decide);
  };
}
