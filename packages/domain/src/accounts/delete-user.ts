import type { Actor } from '../requests/actor.ts';
import { judgeFirst } from '../requests/asking.ts';
import { type RequestContext, requireVersion } from '../requests/context.ts';
import { refuse } from '../requests/refusal.ts';
import { authorize, requireSignedIn } from '../requests/rights.ts';
import type { AccountPorts } from './ports.ts';
import type { User } from './user.ts';
import { requireDeletable } from './user-facts.ts';

/** `AccountUseCases.deleteUser` says what it does and refuses. */
export function deleteUser({ users, accountPolicy: policy }: AccountPorts) {
  return async (context: RequestContext, id: string): Promise<undefined> => {
    const judge = (actor: Actor, user: User | undefined): User => {
      requireSignedIn(policy.rights.delete_user, actor);
      const found = user ?? refuse('not_found', { entity: 'user', id });
      authorize(policy.rights.delete_user, actor);
      requireVersion(context, found);
      return found;
    };
    await judgeFirst({ users }, context, policy.rights.delete_user, async (actor, freshness) => {
      const user = judge(actor, await users.find(id, freshness));
      requireDeletable(user, await users.findFacts(id, freshness));
    });
    const { value } = await users.change(id, { actor: context.actor }, ({ actor, user }) => {
      judge(actor, user);
      return undefined;
    });
    return value;
  };
}
