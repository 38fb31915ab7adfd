import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { refuse } from '../requests/refusal.ts';
import { authorize, requireSignedIn } from '../requests/rights.ts';
import type { AccountPorts } from './ports.ts';
import type { User } from './user.ts';

/** `AccountUseCases.readUser` says what it does and refuses. */
export function readUser({ users, accountPolicy: policy }: AccountPorts) {
  return ({ actor: ref }: RequestContext, id: string): Promise<User> =>
    asActor({ users }, ref, async (actor) => {
      requireSignedIn(policy.rights.read_user, actor);
      const user = (await users.find(id)) ?? refuse('not_found', { entity: 'user', id });
      authorize(policy.rights.read_user, actor, id);
      return user;
    });
}
