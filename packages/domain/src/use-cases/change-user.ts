import { allow, identify } from '../policy.ts';
import type { Attempt, UserNow } from '../ports.ts';
import { accept, type Input, refuse } from '../refusal.ts';
import { changedUser, type User, type UserChanges } from '../user.ts';
import { isEmailTaken, judgeFirst, NOTHING_HANGS } from './asking.ts';
import { holdersOf, type SharedPorts } from './limiting.ts';

/** Edits a user. A new password ends the tokens given before. Refuses `email_taken`, and `last_admin` when no admin would be left. */
export function changeUser({ users, passwords, clock, policy }: SharedPorts) {
  return async (
    attempt: Attempt,
    id: string,
    input: Input<UserChanges>,
    /** The address the request comes from, where the edge knows it. */
    from?: string,
  ): Promise<User> => {
    const now = clock();
    const decide = ({ actor, user, facts }: UserNow): { readonly before: User; readonly after: User } => {
      identify(policy, actor, 'change_user');
      const before = user ?? refuse('not_found', { entity: 'user', id });
      allow(policy, actor, 'change_user', id);
      const after = changedUser(before, accept(input), policy.passwords, now);
      if (after.role !== before.role) allow(policy, actor, 'change_role');
      if (before.role === 'admin' && after.role !== 'admin' && facts.otherAdmins === 0) refuse('last_admin', {});
      return { before, after };
    };

    const { before, after } = await judgeFirst({ users, policy }, attempt, 'change_user', async (actor, freshness) => {
      const user = await users.find(id, freshness);
      const judged = decide({ actor, user, facts: NOTHING_HANGS });
      if (judged.after.role !== judged.before.role) decide({ actor, user, facts: await users.countFacts(id, freshness) });
      return judged;
    });
    if (after.email !== before.email && (await isEmailTaken({ users }, after))) refuse('email_taken', {});
    const { password } = accept(input);
    const passwordHash = password === undefined ? undefined : await passwords.hash(password, holdersOf(attempt.actor, from));
    const stored = await users.change(id, attempt, (rows) => ({ user: decide(rows).after, passwordHash }));
    return stored.user;
  };
}
