import { allow, identify } from '../policy.ts';
import type { Ports } from '../ports.ts';
import type { Attempt } from '../requests/attempt.ts';
import { refuse } from '../requests/refusal.ts';
import { heldTickets } from '../stock/event.ts';
import type { EventNow } from '../stock/settlement.ts';
import { judgeFirst } from '../use-cases/asking.ts';

/** Deletes an event with its cancelled bookings; its ledger stays and is closed. Refuses while bookings hold tickets. */
export function deleteEvent({ events, eventQueries, users, policy }: Ports) {
  return async (attempt: Attempt, id: string): Promise<undefined> => {
    const decide = ({ actor, event }: EventNow): undefined => {
      identify(policy, actor, 'delete_event');
      const before = event ?? refuse('not_found', { entity: 'event', id });
      allow(policy, actor, 'delete_event');
      if (heldTickets(before) > 0) refuse('event_has_active_bookings', {});
    };
    await judgeFirst({ users, policy }, attempt, 'delete_event', async (actor, freshness) =>
      decide({ actor, event: await eventQueries.find(id, freshness) }),
    );
    return events.change(id, attempt, decide);
  };
}
