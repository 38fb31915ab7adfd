import { type Actor, person } from '../actor.ts';
import { type Event, type NewEvent, newEvent } from '../event.ts';
import { allow, refusePast } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import type { Input } from '../refusal.ts';
import { acceptAfterRights, judgedBy } from './asking.ts';

/** Opens an event that the actor organises, with all its tickets in stock. */
export function createEvent({ events, users, clock, newId, policy }: Ports) {
  return async (attempt: Attempt, input: Input<NewEvent>): Promise<Event> => {
    const id = newId();
    const now = clock();
    const plan = await acceptAfterRights({ users, policy }, attempt, 'create_event', input);
    const mayCreate = (actor: Actor) => allow(policy, actor, 'create_event');
    return events.change(id, judgedBy(mayCreate, attempt), ({ actor }) => {
      mayCreate(actor);
      refusePast(policy, plan, now);
      return newEvent(plan, { id, organizerId: person(actor).id, now });
    });
  };
}
