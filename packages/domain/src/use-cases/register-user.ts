import { allow } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { accept, type Input } from '../refusal.ts';
import { type NewUser, newUser, type User } from '../user.ts';
import { whoAsks } from './asking.ts';

/** Opens an account for whoever asks and signs him in. Refuses `email_taken`, and an admin where the profile does not let him. */
export function registerUser({ users, passwords, tokens, clock, newId, policy }: Ports) {
  return async (attempt: Attempt, input: Input<NewUser>): Promise<{ readonly user: User; readonly token: string }> => {
    const asks = await whoAsks({ users }, attempt.actor);
    allow(policy, asks, 'register_user');
    const account = accept(input);
    if (account.role === 'admin') allow(policy, asks, 'register_admin');
    const user = newUser(account, policy.passwords, { id: newId(), now: clock() });
    const passwordHash = await passwords.hash(account.password);
    const stored = await users.change(user.id, attempt, ({ actor }) => {
      allow(policy, actor, user.role === 'admin' ? 'register_admin' : 'register_user');
      return { user, passwordHash };
    });
    return { user: stored.user, token: await tokens.issue(stored.user) };
  };
}
