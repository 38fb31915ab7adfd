import { allow, identify } from '../policy.ts';
import type { Ports } from '../ports.ts';
import type { Actor } from '../requests/actor.ts';
import type { Attempt } from '../requests/attempt.ts';
import { refuse } from '../requests/refusal.ts';
import { judgeFirst } from '../use-cases/asking.ts';
import type { User } from './user.ts';
import { requireDeletable } from './user-facts.ts';

/** Deletes a user and their cancelled bookings. Refuses while they hold tickets, organise an event or are the last admin. */
export function deleteUser({ users, policy }: Ports) {
  return async (attempt: Attempt, id: string): Promise<undefined> => {
    const judge = (actor: Actor, user: User | undefined): User => {
      identify(policy, actor, 'delete_user');
      const found = user ?? refuse('not_found', { entity: 'user', id });
      allow(policy, actor, 'delete_user');
      return found;
    };
    await judgeFirst({ users, policy }, attempt, 'delete_user', async (actor, freshness) => {
      const user = judge(actor, await users.find(id, freshness));
      requireDeletable(user, await users.findFacts(id, freshness));
    });
    return users.change(id, attempt, ({ actor, user }) => {
      judge(actor, user);
      return undefined;
    });
  };
}
