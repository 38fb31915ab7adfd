import { normalPassword } from '../password.ts';
import { allow } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { accept, type Input } from '../refusal.ts';
import { type NewUser, newUser, type User } from '../user.ts';
import { asActor } from './asking.ts';

/** Makes an account for somebody else. Refuses `email_taken`. */
export function createUser({ users, passwords, clock, newId, policy }: Ports) {
  return async (attempt: Attempt, input: Input<NewUser>): Promise<User> => {
    await asActor({ users }, attempt.actor, (actor) => allow(policy, actor, 'create_user')); // before anybody can make us hash
    const account = accept(input);
    const user = newUser(account, policy.passwords, { id: newId(), now: clock() });
    const passwordHash = await passwords.hash(normalPassword(account.password));
    const stored = await users.change(user.id, attempt, ({ actor }) => {
      allow(policy, actor, 'create_user');
      return { user, passwordHash };
    });
    return stored.user;
  };
}
