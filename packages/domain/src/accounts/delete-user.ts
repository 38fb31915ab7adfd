import { allow, identify } from '../policy.ts';
import type { Ports } from '../ports.ts';
import type { Attempt } from '../requests/attempt.ts';
import { refuse } from '../requests/refusal.ts';
import { judgeFirst } from '../use-cases/asking.ts';
import type { UserNow } from './ports.ts';
import { NOTHING_HANGS } from './user-facts.ts';

/** Deletes a user and their cancelled bookings. Refuses while they hold tickets, organise an event or are the last admin. */
export function deleteUser({ users, policy }: Ports) {
  return async (attempt: Attempt, id: string): Promise<undefined> => {
    const decide = ({ actor, user, facts }: UserNow): undefined => {
      identify(policy, actor, 'delete_user');
      const before = user ?? refuse('not_found', { entity: 'user', id });
      allow(policy, actor, 'delete_user');
      if (facts.activeBookings > 0) refuse('user_has_active_bookings', {});
      if (facts.organisedEvents > 0) refuse('user_organises_events', {});
      if (before.role === 'admin' && facts.otherAdmins === 0) refuse('last_admin', {});
    };
    await judgeFirst({ users, policy }, attempt, 'delete_user', async (actor, freshness) => {
      const user = await users.find(id, freshness);
      decide({ actor, user, facts: NOTHING_HANGS });
      decide({ actor, user, facts: await users.countFacts(id, freshness) });
    });
    return users.change(id, attempt, decide);
  };
}
