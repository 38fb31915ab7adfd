import { allow } from '../policy.ts';
import type { Actor } from '../requests/actor.ts';
import type { Attempt } from '../requests/attempt.ts';
import { accept, type Input } from '../requests/refusal.ts';
import { asActor } from '../use-cases/asking.ts';
import type { SharedPorts } from './limiting.ts';
import { openAccount } from './opening.ts';
import { type NewUser, newUser, type User } from './user.ts';

/** Makes an account for somebody else. Refuses `email_taken`. */
export function createUser({ users, passwords, keptAnswers, clock, newId, policy }: SharedPorts) {
  return async (
    attempt: Attempt,
    input: Input<NewUser>,
    /** The address the request comes from, where the edge knows it. */
    from?: string,
  ): Promise<User> => {
    const allowed = (actor: Actor) => allow(policy, actor, 'create_user');
    await asActor({ users }, attempt.actor, allowed);
    const account = accept(input);
    const user = newUser(account, policy.passwords, { id: newId(), now: clock() });
    return openAccount({ users, passwords, keptAnswers }, attempt, { user, password: account.password, from, allowed });
  };
}
