import { person } from '../requests/actor.ts';
import { judgeFirst } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { refuse } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import type { AccountPorts, UserState } from './ports.ts';
import { signedOut, type User } from './user.ts';

/** `AccountUseCases.logOut` says what it does and refuses. */
export function logOut({ users, accountPolicy: policy }: AccountPorts) {
  return async ({ actor: ref }: RequestContext): Promise<User> => {
    const { id } = await judgeFirst({ users }, { actor: ref }, policy.rights.log_out, (actor) => person(actor));
    const { value: stored } = await users.change(id, { actor: ref }, ({ actor, user }: UserState) => {
      authorize(policy.rights.log_out, actor);
      return { user: signedOut(user ?? refuse('unauthenticated', {})) };
    });
    return stored.user;
  };
}
