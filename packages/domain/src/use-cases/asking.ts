import type { User } from '../accounts/user.ts';
import { type Action, allow, identify } from '../policy.ts';
import type { Attempt, Freshness, Ports, UserFacts } from '../ports.ts';
import { type Actor, type ActorRef, actorNow, userIdOf } from '../requests/actor.ts';
import { accept, type Input, Refusal } from '../requests/refusal.ts';

/**
 * Does what the actor may do, by their row, without a lock. Plain reads may lag behind: a "no" that rests on rows is judged once more on the
 * newest ones before it is told.
 */
export async function asActor<Result>(
  { users }: Pick<Ports, 'users'>,
  ref: ActorRef,
  work: (actor: Actor<User>, freshness: Freshness) => Result | Promise<Result>,
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
export function requireToken({ policy }: Pick<Ports, 'policy'>, { actor }: Attempt, action: Action): void {
  if (typeof actor === 'string') identify(policy, actor, action);
}

/**
 * Judges a write before it takes a lock, a turn or a hash. Whoever is refused costs reads alone, and nobody (401) not even those. What passes
 * is decided again under the lock.
 */
export const judgeFirst = <Result>(
  { users, policy }: Pick<Ports, 'users' | 'policy'>,
  { actor: ref }: Attempt,
  action: Action,
  judge: (actor: Actor<User>, freshness: Freshness) => Result | Promise<Result>,
): Promise<Result> =>
  asActor({ users }, ref, (actor, freshness) => {
    identify(policy, actor, action);
    return judge(actor, freshness);
  });

/** Facts that refuse nothing: rights are judged on them, before anything is counted for whoever has none. */
export const NOTHING_HANGS: UserFacts = { otherAdmins: 1, activeBookings: 0, organisedEvents: 0 };

/** Whether somebody else has the e-mail, as far as is known without a lock. */
export async function isEmailTaken({ users }: Pick<Ports, 'users'>, { id, email }: User): Promise<boolean> {
  const isOthers = async (freshness: Freshness) => ((await users.findByEmail(email, freshness))?.id ?? id) !== id;
  return (await isOthers('plain')) && isOthers('latest');
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
