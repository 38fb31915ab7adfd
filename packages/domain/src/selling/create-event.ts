import { type Actor, person } from '../requests/actor.ts';
import { judgedBy, judgeFirst } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import type { Answer } from '../requests/idempotency.ts';
import { accept, type Input } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import type { EventState } from '../stock/decisions.ts';
import { type Event, type NewEvent, newEvent } from '../stock/event.ts';
import { refusePast } from './policy.ts';
import type { Ports } from './ports.ts';

/** `UseCases.createEvent` says what it does and refuses. */
export function createEvent({ events, users, clock, newId, policy }: Ports) {
  return async (context: RequestContext, input: Input<NewEvent>): Promise<Answer<Event>> => {
    const id = newId();
    const now = clock();
    const mayCreate = (actor: Actor) => authorize(policy.rights.create_event, actor);
    const decide = ({ actor }: Pick<EventState, 'actor'>): Event => {
      mayCreate(actor);
      const plan = accept(input);
      refusePast(policy, plan, now);
      return newEvent(plan, { id, organizerId: person(actor).id, now });
    };
    await judgeFirst({ users }, context, policy.rights.create_event, (actor) => {
      mayCreate(actor);
      accept(input);
      // With a key this may be a repeated request. It gets the first answer again, even if the event is over by now.
      if (context.key === undefined) decide({ actor });
    });
    return events.change(id, judgedBy('create_event', mayCreate, context), decide);
  };
}
