import { judgeFirst } from '../requests/asking.ts';
import type { Attempt } from '../requests/attempt.ts';
import { refuse } from '../requests/refusal.ts';
import { authorize, requireSignedIn } from '../requests/rights.ts';
import type { AccountPorts, UserNow } from './ports.ts';
import { NOTHING_HANGS } from './user-facts.ts';

/** Deletes a user and their cancelled bookings. Refuses while they hold tickets, organise an event or are the last admin. */
export function deleteUser({ users, accountPolicy: policy }: AccountPorts) {
  return async (attempt: Attempt, id: string): Promise<undefined> => {
    const decide = ({ actor, user, facts }: UserNow): undefined => {
      requireSignedIn(policy.rights.delete_user, actor);
      const before = user ?? refuse('not_found', { entity: 'user', id });
      authorize(policy.rights.delete_user, actor);
      if (facts.activeBookings > 0) refuse('user_has_active_bookings', {});
      if (facts.organisedEvents > 0) refuse('user_organises_events', {});
      if (before.role === 'admin' && facts.otherAdmins === 0) refuse('last_admin', {});
    };
    await judgeFirst({ users }, attempt, policy.rights.delete_user, async (actor, freshness) => {
      const user = await users.find(id, freshness);
      decide({ actor, user, facts: NOTHING_HANGS });
      decide({ actor, user, facts: await users.countFacts(id, freshness) });
    });
    return users.change(id, attempt, decide);
  };
}
