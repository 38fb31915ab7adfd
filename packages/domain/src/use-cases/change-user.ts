import { normalPassword } from '../password.ts';
import { allow, identify } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { accept, type Input, refuse } from '../refusal.ts';
import { changedUser, type User, type UserChanges } from '../user.ts';
import { asActor } from './asking.ts';

/** Edits a user. A new password ends the tokens given before. Refuses `email_taken`, and `last_admin` when no admin would be left. */
export function changeUser({ users, passwords, clock, policy }: Ports) {
  return async (attempt: Attempt, id: string, input: Input<UserChanges>): Promise<User> => {
    const now = clock();
    const passwordHash = input instanceof Error || input.password === undefined ? undefined : await hashFor(attempt, id, input.password);
    const stored = await users.change(id, attempt, ({ actor, user, facts }) => {
      identify(policy, actor, 'change_user');
      const before = user ?? refuse('not_found', { entity: 'user', id });
      allow(policy, actor, 'change_user', id);
      const changes = accept(input);
      const after = changedUser(before, changes, policy.passwords, now);
      if (after.role !== before.role) allow(policy, actor, 'change_role');
      if (before.role === 'admin' && after.role !== 'admin' && facts.otherAdmins === 0) refuse('last_admin', {});
      return { user: after, passwordHash };
    });
    return stored.user;
  };
  /** Only for an actor who may use it: a hash is costly. The decision judges again, on the rows of that moment. */
  async function hashFor(attempt: Attempt, id: string, password: string): Promise<string> {
    await asActor({ users }, attempt.actor, async (actor) => {
      identify(policy, actor, 'change_user');
      if ((await users.find(id)) === undefined) refuse('not_found', { entity: 'user', id });
      allow(policy, actor, 'change_user', id);
    });
    return passwords.hash(normalPassword(password));
  }
}
