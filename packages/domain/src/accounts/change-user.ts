import { userIdOf } from '../requests/actor.ts';
import { judgeFirst } from '../requests/asking.ts';
import { type RequestContext, requireVersion } from '../requests/context.ts';
import { accept, type Input, refuse } from '../requests/refusal.ts';
import { authorize, requireSignedIn } from '../requests/rights.ts';
import { holdersOf, type SharedPorts } from './limiting.ts';
import type { UserState } from './ports.ts';
import type { ClientNetwork } from './rate-limits.ts';
import { changedUser, type User, type UserChanges } from './user.ts';
import { isEmailTaken } from './user-facts.ts';

/** `AccountUseCases.changeUser` says what it does and refuses. */
export function changeUser({ users, passwords, provePassword, clock, accountPolicy: policy }: SharedPorts) {
  return async (context: RequestContext, id: string, input: Input<UserChanges>, from: readonly ClientNetwork[] = []): Promise<User> => {
    const now = clock();
    const asksForProof = (before: User, after: User): boolean =>
      policy.asksForCurrentPassword && userIdOf(context.actor) === id && (accept(input).password !== undefined || after.email !== before.email);
    const decide = ({ actor, user, hasOtherAdmins }: UserState, isProved: boolean): { readonly before: User; readonly after: User } => {
      requireSignedIn(policy.rights.change_user, actor);
      const before = user ?? refuse('not_found', { entity: 'user', id });
      authorize(policy.rights.change_user, actor, id);
      requireVersion(context, before);
      const after = changedUser(before, accept(input), policy.passwords, now);
      if (after.role !== before.role) authorize(policy.rights.change_role, actor);
      if (before.role === 'admin' && after.role !== 'admin' && !hasOtherAdmins) refuse('last_admin', {});
      if (!isProved && asksForProof(before, after)) refuse('current_password_needed', {});
      return { before, after };
    };

    const { before, after } = await judgeFirst({ users }, context, policy.rights.change_user, async (actor, freshness) => {
      const user = await users.find(id, freshness);
      const willProve = !(input instanceof Error) && input.currentPassword !== undefined;
      const judged = decide({ actor, user, hasOtherAdmins: true }, willProve);
      if (judged.after.role !== judged.before.role) {
        const { hasOtherAdmins } = await users.findFacts(id, freshness);
        decide({ actor, user, hasOtherAdmins }, willProve);
      }
      return judged;
    });
    const { password, currentPassword } = accept(input);
    const isProved = currentPassword !== undefined && asksForProof(before, after);
    if (isProved) await prove(context, before, currentPassword, from);
    if (after.email !== before.email && (await isEmailTaken({ users }, after))) refuse('email_taken', {});
    const passwordHash = password === undefined ? undefined : await passwords.hash(password, holdersOf(context.actor, from));
    const { value: stored } = await users.change(id, { actor: context.actor }, (rows) => ({ user: decide(rows, isProved).after, passwordHash }));
    return stored.user;
  };
  /** Checks the password with the user's newest e-mail, because the first read may have come from a replica that lags. */
  async function prove({ actor }: RequestContext, { id, email }: User, password: string, from: readonly ClientNetwork[]): Promise<void> {
    const newest = await users.find(id, 'latest');
    const proved = await provePassword({ email: newest?.email ?? email, password, from, holders: holdersOf(actor, from) });
    if (proved.id !== id) refuse('wrong_credentials', {});
  }
}
