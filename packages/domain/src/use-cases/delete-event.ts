import { heldTickets } from '../event.ts';
import { allow, identify } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { refuse } from '../refusal.ts';

/** Deletes an event with its cancelled bookings; its ledger stays and is closed. Refuses while bookings hold tickets. */
export function deleteEvent({ events, policy }: Ports) {
  return (attempt: Attempt, id: string): Promise<undefined> =>
    events.change(id, attempt, ({ actor, event }) => {
      identify(policy, actor, 'delete_event');
      const before = event ?? refuse('not_found', { entity: 'event', id });
      allow(policy, actor, 'delete_event');
      if (heldTickets(before) > 0) refuse('event_has_active_bookings', {});
      return undefined;
    });
}
