import { allow } from '../policy.ts';
import type { Ports } from '../ports.ts';
import { person } from '../requests/actor.ts';
import type { Attempt } from '../requests/attempt.ts';
import { refuse } from '../requests/refusal.ts';
import { judgeFirst } from '../use-cases/asking.ts';
import type { UserNow } from './ports.ts';
import { signedOut, type User } from './user.ts';

/** Ends every token of the actor's account. A token that was ended before is refused (401): it opens nothing, this neither. */
export function logOut({ users, policy }: Ports) {
  return async ({ actor: ref }: Attempt): Promise<User> => {
    const { id } = await judgeFirst({ users, policy }, { actor: ref }, 'log_out', (actor) => person(actor));
    const stored = await users.change(id, { actor: ref }, ({ actor, user }: UserNow) => {
      allow(policy, actor, 'log_out');
      return { user: signedOut(user ?? refuse('unauthenticated', {})) };
    });
    return stored.user;
  };
}
