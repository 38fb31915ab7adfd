import { type Actor, type ActorRef, actorNow, userIdOf } from '../actor.ts';
import { type Action, allow, identify } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { accept, type Input } from '../refusal.ts';
import type { User } from '../user.ts';

/** The actor by his row as it is now, for reads; a write gets him from its repository, under the lock. */
export async function whoAsks({ users }: Pick<Ports, 'users'>, ref: ActorRef): Promise<Actor<User>> {
  const userId = userIdOf(ref);
  return actorNow(ref, userId === undefined ? undefined : await users.find(userId));
}

/** The input of a request that needs no row but the actor's: for a faulty one his rights are judged first, then it is said. */
export async function acceptAfterRights<T extends object>(
  ports: Pick<Ports, 'users' | 'policy'>,
  attempt: Attempt,
  action: Action,
  input: Input<T>,
): Promise<T> {
  if (input instanceof Error) allow(ports.policy, await whoAsks(ports, attempt.actor), action);
  return accept(input);
}

/** Refuses (401) whoever may not even ask. For an edge that found an id malformed: a bad token is said before a bad id. */
export function identifyActor(ports: Pick<Ports, 'users' | 'policy'>) {
  return async ({ actor }: Attempt, action: Action): Promise<void> => identify(ports.policy, await whoAsks(ports, actor), action);
}
