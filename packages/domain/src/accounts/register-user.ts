import { allow } from '../policy.ts';
import type { Attempt } from '../requests/attempt.ts';
import { accept, type Input } from '../requests/refusal.ts';
import { asActor } from '../use-cases/asking.ts';
import { countOne, limitAtOnce, type SharedPorts } from './limiting.ts';
import { openAccount } from './opening.ts';
import { registrationLimits } from './rate-limits.ts';
import { type NewUser, newUser, type User } from './user.ts';

/**
 * Opens an account for whoever asks and signs him in. Refuses `email_taken`, an admin where the profile does not let him, and,
 * before any work, whoever asked too often from the same place.
 */
export function registerUser({ users, passwords, keptAnswers, tokens, rateCounts, clock, newId, policy }: SharedPorts) {
  const limited = limitAtOnce({ rateCounts }, 'too_many_registrations');
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
    await limited(limits, now, () => countOne({ rateCounts }, limits, now));
    const stored = await openAccount({ users, passwords, keptAnswers }, attempt, {
      user,
      password: account.password,
      from,
      allowed: (actor) => allow(policy, actor, user.role === 'admin' ? 'register_admin' : 'register_user'),
    });
    return { user: stored, token: await tokens.issue(stored) };
  };
}
