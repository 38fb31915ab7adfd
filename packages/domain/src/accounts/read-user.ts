import { allow, identify } from '../policy.ts';
import type { Ports } from '../ports.ts';
import type { Attempt } from '../requests/attempt.ts';
import { refuse } from '../requests/refusal.ts';
import { asActor } from '../use-cases/asking.ts';
import type { User } from './user.ts';

export function readUser({ users, policy }: Ports) {
  return ({ actor: ref }: Attempt, id: string): Promise<User> =>
    asActor({ users }, ref, async (actor) => {
      identify(policy, actor, 'read_user');
      const user = (await users.find(id)) ?? refuse('not_found', { entity: 'user', id });
      allow(policy, actor, 'read_user', id);
      return user;
    });
}
