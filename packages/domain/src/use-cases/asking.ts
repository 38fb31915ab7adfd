import { type Actor, type ActorRef, actorNow, userIdOf } from '../actor.ts';
import { type Action, allow, identify } from '../policy.ts';
import type { Attempt, Freshness, Ports } from '../ports.ts';
import { accept, type Input, Refusal } from '../refusal.ts';
import type { User } from '../user.ts';

/**
 * Does what the actor may do, by their row, for what is not decided under a lock. A plain read of the row may lag behind: a "no" that rests on
 * the actor's rights is judged once more on the newest row before it is told.
 */
export async function asActor<Result>(
  { users }: Pick<Ports, 'users'>,
  ref: ActorRef,
  work: (actor: Actor<User>) => Result | Promise<Result>,
): Promise<Result> {
  const userId = userIdOf(ref);
  if (userId === undefined) return work(actorNow<User>(ref, undefined));
  const asOf = async (freshness: Freshness) => work(actorNow(ref, await users.find(userId, freshness)));
  try {
    return await asOf('plain');
  } catch (error) {
    if (error instanceof Refusal && (error.code === 'unauthenticated' || error.code === 'forbidden')) return asOf('latest');
    throw error;
  }
}

/** The input of a request that needs no row but the actor's: for a faulty one the actor's rights are judged first, then it is said. */
export async function acceptAfterRights<T extends object>(
  ports: Pick<Ports, 'users' | 'policy'>,
  attempt: Attempt,
  action: Action,
  input: Input<T>,
): Promise<T> {
  if (input instanceof Error) await asActor(ports, attempt.actor, (actor) => allow(ports.policy, actor, action));
  return accept(input);
}

/** The attempt for a repository: under a key that was used before, its first answer is given only to an actor who may still do this. */
export function judgedBy(allowed: (actor: Actor) => void, { key, ...attempt }: Attempt): Attempt {
  return key === undefined ? attempt : { ...attempt, key: { ...key, allow: allowed } };
}

/** Refuses (401) an actor who may not even ask. For an edge that found an id malformed: a bad token is said before a bad id. */
export function identifyActor(ports: Pick<Ports, 'users' | 'policy'>) {
  return ({ actor: ref }: Attempt, action: Action): Promise<void> => asActor(ports, ref, (actor) => identify(ports.policy, actor, action));
}
