import { person } from '../requests/actor.ts';
import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { refuse } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import type { AccountPorts } from './ports.ts';
import type { User } from './user.ts';

/** `AccountUseCases.readSelf` says what it does and refuses. */
export function readSelf({ users, accountPolicy: policy }: AccountPorts) {
  return ({ actor: ref }: RequestContext): Promise<User> =>
    asActor({ users }, ref, async (actor) => {
      authorize(policy.rights.read_self, actor);
      const self = person(actor);
      return 'email' in self ? self : ((await users.find(self.id)) ?? refuse('unauthenticated', {}));
    });
}
