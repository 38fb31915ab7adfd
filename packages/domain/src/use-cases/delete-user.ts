import { allow, identify } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { refuse } from '../refusal.ts';

/** Deletes a user with his cancelled bookings. Refuses while he holds tickets, organises an event or is the last admin. */
export function deleteUser({ users, policy }: Ports) {
  return (attempt: Attempt, id: string): Promise<undefined> =>
    users.change(id, attempt, ({ actor, user, facts }) => {
      identify(policy, actor, 'delete_user');
      const before = user ?? refuse('not_found', { entity: 'user', id });
      allow(policy, actor, 'delete_user');
      if (facts.activeBookings > 0) refuse('user_has_active_bookings', {});
      if (facts.organisedEvents > 0) refuse('user_organises_events', {});
      if (before.role === 'admin' && facts.otherAdmins === 0) refuse('last_admin', {});
      return undefined;
    });
}
