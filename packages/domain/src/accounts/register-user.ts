import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import type { Answer } from '../requests/idempotency.ts';
import { accept, type Input } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import { countOne, limitAtOnce, type SharedPorts } from './limiting.ts';
import { openAccount } from './opening.ts';
import { type ClientNetwork, registrationLimits } from './rate-limits.ts';
import { type NewUser, newUser, type User } from './user.ts';

/** `AccountUseCases.registerUser` says what it does and refuses. */
export function registerUser({ users, passwords, idempotencyRecords, tokens, rateLimitStore, clock, newId, accountPolicy: policy }: SharedPorts) {
  const limited = limitAtOnce({ rateLimitStore }, 'too_many_registrations');
  return async (
    context: RequestContext,
    input: Input<NewUser>,
    from: readonly ClientNetwork[] = [],
  ): Promise<Answer<{ readonly user: User; readonly token: string }>> => {
    const account = await asActor({ users }, context.actor, (actor) => {
      authorize(policy.rights.register_user, actor);
      const asked = accept(input);
      if (asked.role === 'admin') authorize(policy.rights.register_admin, actor);
      return asked;
    });
    const now = clock();
    const user = newUser(account, policy.passwords, { id: newId(), now });
    const limits = registrationLimits(policy, from);
    await limited(limits, now, () => countOne({ rateLimitStore }, limits, now));
    const { value: stored, replayed } = await openAccount({ users, passwords, idempotencyRecords }, context, {
      kind: 'register_user',
      user,
      password: account.password,
      from,
      allowed: (actor) => authorize(policy.rights[user.role === 'admin' ? 'register_admin' : 'register_user'], actor),
    });
    return { value: { user: stored, token: await tokens.issue(stored) }, replayed };
  };
}
