import { allow } from '../policy.ts';
import type { Ports } from '../ports.ts';
import type { Attempt } from '../requests/attempt.ts';
import { refuse } from '../requests/refusal.ts';
import { asActor } from '../use-cases/asking.ts';
import { type EventView, withoutEmail } from './views.ts';

export function readEvent({ users, eventQueries, policy }: Ports) {
  return async (attempt: Attempt, id: string): Promise<EventView> => {
    await asActor({ users }, attempt.actor, (actor) => allow(policy, actor, 'read_events'));
    const view = (await eventQueries.find(id)) ?? refuse('not_found', { entity: 'event', id });
    return policy.organizerEmail ? view : withoutEmail(view);
  };
}
