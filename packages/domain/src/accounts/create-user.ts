import type { Actor } from '../requests/actor.ts';
import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import type { Answer } from '../requests/idempotency.ts';
import { accept, type Input } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import type { SharedPorts } from './limiting.ts';
import { openAccount } from './opening.ts';
import type { ClientNetwork } from './rate-limits.ts';
import { type NewUser, newUser, type User } from './user.ts';

/** `AccountUseCases.createUser` says what it does and refuses. */
export function createUser({ users, passwords, idempotencyRecords, clock, newId, accountPolicy: policy }: SharedPorts) {
  return async (context: RequestContext, input: Input<NewUser>, from: readonly ClientNetwork[] = []): Promise<Answer<User>> => {
    const allowed = (actor: Actor) => authorize(policy.rights.create_user, actor);
    await asActor({ users }, context.actor, allowed);
    const account = accept(input);
    const user = newUser(account, policy.passwords, { id: newId(), now: clock() });
    return openAccount({ users, passwords, idempotencyRecords }, context, { kind: 'create_user', user, password: account.password, from, allowed });
  };
}
