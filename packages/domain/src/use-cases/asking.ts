import { type Action, allow, identify, type Policy } from '../policy.ts';
import { type Actor, type ActorRef, actorNow, type SignedIn, userIdOf } from '../requests/actor.ts';
import type { Attempt } from '../requests/attempt.ts';
import type { Freshness } from '../requests/ports.ts';
import { accept, type Input, Refusal } from '../requests/refusal.ts';

/** Where the row of whoever asks is looked up. */
interface Askers<Row extends SignedIn> {
  readonly users: { find(id: string, freshness?: Freshness): Promise<Row | undefined> };
}

interface Ruled {
  readonly policy: Policy;
}

/**
 * Does what the actor may do, by their row, without a lock. Plain reads may lag behind: a "no" that rests on rows is judged once more on the
 * newest ones before it is told.
 */
export async function asActor<Row extends SignedIn, Result>(
  { users }: Askers<Row>,
  ref: ActorRef,
  work: (actor: Actor<Row>, freshness: Freshness) => Result | Promise<Result>,
): Promise<Result> {
  const userId = userIdOf(ref);
  const asOf = async (freshness: Freshness) => work(actorNow(ref, userId === undefined ? undefined : await users.find(userId, freshness)), freshness);
  try {
    return await asOf('plain');
  } catch (error) {
    if (restsOnRows(error)) return asOf('latest');
    throw error;
  }
}

/** What is not found was looked for on the newest rows already. */
const restsOnRows = (error: unknown): boolean => error instanceof Refusal && error.code !== 'invalid_input' && error.code !== 'not_found';

/** Refuses (401) nobody where somebody is needed, without a look at the database: for what is judged in the queue of the stock. */
export function requireToken({ policy }: Ruled, { actor }: Attempt, action: Action): void {
  if (typeof actor === 'string') identify(policy, actor, action);
}

/**
 * Judges a write before it takes a lock, a turn or a hash. Whoever is refused costs reads alone, and nobody (401) not even those. What passes
 * is decided again under the lock.
 */
export const judgeFirst = <Row extends SignedIn, Result>(
  { users, policy }: Askers<Row> & Ruled,
  { actor: ref }: Attempt,
  action: Action,
  judge: (actor: Actor<Row>, freshness: Freshness) => Result | Promise<Result>,
): Promise<Result> =>
  asActor({ users }, ref, (actor, freshness) => {
    identify(policy, actor, action);
    return judge(actor, freshness);
  });

/** The input of a request that needs no row but the actor's: for a faulty one the actor's rights are judged first, then it is said. */
export async function acceptAfterRights<T extends object>(
  ports: Askers<SignedIn> & Ruled,
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
export function identifyActor(ports: Askers<SignedIn> & Ruled) {
  return ({ actor: ref }: Attempt, action: Action): Promise<void> => asActor(ports, ref, (actor) => identify(ports.policy, actor, action));
}
