import { type Actor, type ActorRef, actorNow, isUserId, rowNeededBy, type SignedInRow, USER_ID_CHARACTERS_MAX } from './actor.ts';
import type { RepositoryContext, RequestContext } from './context.ts';
import type { Freshness } from './ports.ts';
import { accept, assert, type Input, Refusal, refuseFaults } from './refusal.ts';
import { type Audience, authorize, type Rights, requireSignedIn } from './rights.ts';

/** The port that finds the actor's row. It is 'none' without accounts: then the app vouches for every actor. */
export interface Askers<Row extends SignedInRow> {
  readonly users: { find(id: string, freshness?: Freshness): Promise<Row | undefined> } | 'none';
}

/** Throws if the app made a mistake: it passed an id that no database can store, or a token holder on a platform without accounts. */
function requireKnowable({ users }: Askers<SignedInRow>, ref: ActorRef): void {
  if (typeof ref === 'string') return;
  assert(users !== 'none' || 'role' in ref, 'without accounts the app vouches for the actor: { userId, role }');
  if ('role' in ref && !isUserId(ref.userId)) refuseFaults([{ field: 'userId', message: USER_ID_MESSAGE }]);
}
const USER_ID_MESSAGE = `1 to ${USER_ID_CHARACTERS_MAX} visible ASCII characters, and neither anonymous nor operator`;

/**
 * Runs `work` with the actor's row, without a lock. The row may come from a replica that lags. So if `work` refuses because of rows, it
 * runs once more on the newest rows, and that result counts.
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

/** `not_found` is already certain: see `find` of the ports. */
const restsOnRows = (error: unknown): boolean => error instanceof Refusal && error.code !== 'invalid_input' && error.code !== 'not_found';

/** Refuses `anonymous` (401) where a user is needed, without a query. It is used for requests that are decided only in the stock queue. */
export function requireToken(askers: Askers<SignedInRow>, audience: Audience, { actor }: RequestContext): void {
  requireKnowable(askers, actor);
  if (typeof actor === 'string') requireSignedIn(audience, actor);
}

/**
 * Judges a write before it takes a lock, a turn in the queue or a password hash. A refusal then costs only reads, and the 401 of an
 * anonymous request costs no read. A write that passes is decided again under the lock.
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

/** Returns the input, or throws its error after a check of the actor's rights. For requests that need no row except the actor's. */
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
 * The context that a repository needs. `kind` and `allow` belong to the idempotency key: the first answer is repeated only for the same
 * kind of request, and only if `allow` accepts the actor.
 */
export function judgedBy(kind: string, allow: (actor: Actor) => void, { actor, key }: RequestContext): RepositoryContext {
  return key === undefined ? { actor } : { actor, key: { ...key, kind, allow } };
}

/**
 * Refuses an actor without a valid identity (401). The HTTP API calls it for a malformed id, because an invalid token is reported before an
 * invalid id.
 */
export function identifyActor<Action extends string>({ users }: Askers<SignedInRow>, rights: Rights<Action>) {
  return ({ actor: ref }: RequestContext, action: Action): Promise<void> =>
    asActor({ users }, ref, (actor) => requireSignedIn(rights[action], actor));
}
