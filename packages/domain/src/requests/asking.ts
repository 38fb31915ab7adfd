import { type Actor, type ActorRef, actorNow, isUserId, rowNeededBy, type SignedInRow, USER_ID_CHARACTERS_MAX } from './actor.ts';
import type { RepositoryContext, RequestContext } from './context.ts';
import type { Freshness } from './ports.ts';
import { accept, assert, type Input, Refusal, refuseFaults } from './refusal.ts';
import { type Audience, authorize, type Rights, requireSignedIn } from './rights.ts';

/** Where the actor's row is looked up; 'none' without accounts, where the app vouches for every actor. */
export interface Askers<Row extends SignedInRow> {
  readonly users: { find(id: string, freshness?: Freshness): Promise<Row | undefined> } | 'none';
}

/** Stops what only a mistake of the app hands over: an id that no store keeps, and without accounts the holder of a token. */
function requireKnowable({ users }: Askers<SignedInRow>, ref: ActorRef): void {
  if (typeof ref === 'string') return;
  assert(users !== 'none' || 'role' in ref, 'without accounts the app vouches for the actor: { userId, role }');
  if ('role' in ref && !isUserId(ref.userId)) refuseFaults([{ field: 'userId', message: USER_ID_MESSAGE }]);
}
const USER_ID_MESSAGE = `1 to ${USER_ID_CHARACTERS_MAX} visible ASCII characters, and neither anonymous nor operator`;

/**
 * Does what the actor may do, by their row, without a lock. Plain reads may lag behind: a "no" that rests on rows is judged once more on the
 * newest ones before it is told.
 */
export async function asActor<Row extends SignedInRow, Result>(
  { users }: Askers<Row>,
  ref: ActorRef,
  work: (actor: Actor<Row>, freshness: Freshness) => Result | Promise<Result>,
): Promise<Result> {
  requireKnowable({ users }, ref);
  const userId = rowNeededBy(ref);
  const find = (freshness: Freshness) => (userId === undefined || users === 'none' ? undefined : users.find(userId, freshness));
  const asOf = async (freshness: Freshness) => work(actorNow(ref, await find(freshness)), freshness);
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
export function requireToken(askers: Askers<SignedInRow>, audience: Audience, { actor }: RequestContext): void {
  requireKnowable(askers, actor);
  if (typeof actor === 'string') requireSignedIn(audience, actor);
}

/**
 * Judges a write before it takes a lock, a turn or a hash. A refusal costs reads alone, and one of nobody (401) not even those. What passes
 * is decided again under the lock.
 */
export const judgeFirst = <Row extends SignedInRow, Result>(
  { users }: Askers<Row>,
  { actor: ref }: RequestContext,
  audience: Audience,
  judge: (actor: Actor<Row>, freshness: Freshness) => Result | Promise<Result>,
): Promise<Result> =>
  asActor({ users }, ref, (actor, freshness) => {
    requireSignedIn(audience, actor);
    return judge(actor, freshness);
  });

/** The input of a request that needs no row but the actor's: for a faulty one the actor's rights are judged first, then it is said. */
export async function acceptAfterRights<T extends object>(
  ports: Askers<SignedInRow>,
  context: RequestContext,
  audience: Audience,
  input: Input<T>,
): Promise<T> {
  if (input instanceof Error) await asActor(ports, context.actor, (actor) => authorize(audience, actor));
  return accept(input);
}

/**
 * The context for a repository. A key that was used before for this kind of request gives its first answer again, but only to an actor
 * who may still make the request.
 */
export function judgedBy(kind: string, allow: (actor: Actor) => void, { key, ...context }: RequestContext): RepositoryContext {
  return key === undefined ? context : { ...context, key: { ...key, kind, allow } };
}

/** Refuses (401) an actor who may not even ask. For an edge that found an id malformed: an invalid token is said before an invalid id. */
export function identifyActor<Action extends string>({ users }: Askers<SignedInRow>, rights: Rights<Action>) {
  return ({ actor: ref }: RequestContext, action: Action): Promise<void> =>
    asActor({ users }, ref, (actor) => requireSignedIn(rights[action], actor));
}
