import type { Actor } from '../actor.ts';
import { normalPassword } from '../password.ts';
import { allow } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { registrationLimits } from '../rate-limits.ts';
import { accept, type Input } from '../refusal.ts';
import { type NewUser, newUser, type User } from '../user.ts';
import { asActor, judgedBy } from './asking.ts';
import { countOne, refuseLimited } from './limiting.ts';

/**
 * Opens an account for whoever asks and signs him in. Refuses `email_taken`, an admin where the profile does not let him, and,
 * before any work, whoever asked too often from the same place.
 */
export function registerUser({ users, passwords, tokens, rateCounts, clock, newId, policy }: Ports) {
  return async (
    attempt: Attempt,
    input: Input<NewUser>,
    /** The address he comes from, where the edge knows it. */
    from?: string,
  ): Promise<{ readonly user: User; readonly token: string }> => {
    const account = await asActor({ users }, attempt.actor, (actor) => {
      allow(policy, actor, 'register_user');
      const asked = accept(input);
      if (asked.role === 'admin') allow(policy, actor, 'register_admin');
      return asked;
    });
    const now = clock();
    const user = newUser(account, policy.passwords, { id: newId(), now });
    const limits = from === undefined ? [] : registrationLimits(policy, from);
    await refuseLimited({ rateCounts }, 'too_many_registrations', limits, now);
    await countOne({ rateCounts }, limits, now);
    const passwordHash = await passwords.hash(normalPassword(account.password));
    const mayRegister = (actor: Actor) => allow(policy, actor, user.role === 'admin' ? 'register_admin' : 'register_user');
    const stored = await users.change(user.id, judgedBy(mayRegister, attempt), ({ actor }) => {
      mayRegister(actor);
      return { user, passwordHash };
    });
    return { user: stored.user, token: await tokens.issue(stored.user) };
  };
}
