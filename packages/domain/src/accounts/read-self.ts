import { allow } from '../policy.ts';
import type { Ports } from '../ports.ts';
import { person } from '../requests/actor.ts';
import type { Attempt } from '../requests/attempt.ts';
import { asActor } from '../use-cases/asking.ts';
import type { User } from './user.ts';

/** The signed-in user's own row. */
export function readSelf({ users, policy }: Ports) {
  return ({ actor: ref }: Attempt): Promise<User> =>
    asActor({ users }, ref, (actor) => {
      allow(policy, actor, 'read_self');
      return person(actor);
    });
}
