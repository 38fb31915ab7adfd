import { person } from '../actor.ts';
import { allow } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import type { User } from '../user.ts';
import { whoAsks } from './asking.ts';

/** The signed-in user himself, as his row is now. */
export function readSelf({ users, policy }: Ports) {
  return async ({ actor: ref }: Attempt): Promise<User> => {
    const actor = await whoAsks({ users }, ref);
    allow(policy, actor, 'read_self');
    return person(actor);
  };
}
