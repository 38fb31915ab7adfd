import type { Actor } from '../actor.ts';
import { normalPassword } from '../password.ts';
import { allow } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { accept, type Input } from '../refusal.ts';
import { type NewUser, newUser, type User } from '../user.ts';
import { asActor, judgedBy } from './asking.ts';

/** Makes an account for somebody else. Refuses `email_taken`. */
export function createUser({ users, passwords, clock, newId, policy }: Ports) {
  return async (attempt: Attempt, input: Input<NewUser>): Promise<User> => {
    const mayCreate = (actor: Actor) => allow(policy, actor, 'create_user');
    await asActor({ users }, attempt.actor, mayCreate); // before anybody can make us hash
    const account = accept(input);
    const user = newUser(account, policy.passwords, { id: newId(), now: clock() });
    const passwordHash = await passwords.hash(normalPassword(account.password));
    const stored = await users.change(user.id, judgedBy(mayCreate, attempt), ({ actor }) => {
      mayCreate(actor);
      return { user, passwordHash };
    });
    return stored.user;
  };
}
