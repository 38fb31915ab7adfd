import { type Actor, type ActorRef, actorNow, isUserId, rowNeededBy, type SignedInRow, USER_ID_CHARACTERS_MAX } from './actor.ts';
import type { RepositoryContext, RequestContext } from './context.ts';
import type { Freshness } from './ports.ts';
import { accept, assert, type Input, Refusal, refuseFaults } from './refusal.ts';
import { type Audience, authorize, type Rights, requireSignedIn } from './rights.ts';

/** Where the actor's row is looked up; 'none' without accounts, where the app vouches for every actor. */
export interface Askers<Row extends SignedInRow> {
  readonly users: { find(id: string, freshness?: Freshness): Promise<Row | undefined> } | 'none';
}

/** Throws on mistakes of the app: an id that no store can keep, or a token holder on a platform without accounts. */
function requireKnowable({ users }: Askers<SignedInRow>, ref: ActorRef): void {
  if (typeof ref === 'string') return;
  assert(users !== 'none' || 'role' in ref, 'without accounts the app vouches for the actor: { userId, role }');
  if ('role' in ref && !isUserId(ref.userId)) refuseFaults([{ field: 'userId', message: USER_ID_MESSAGE }]);
}
const USER_ID_MESSAGE = `1 to ${USER_ID_CHARACTERS_MAX} visible ASCII characters, and neither anonymous nor operator`;

/**
 * Runs a request that the actor's row allows, without a lock. Plain reads may lag: a refusal that depends on rows is judged once more on
 * the newest rows before it is answered.
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

/** `not_found` was decided on the newest rows already. */
const restsOnRows = (error: unknown): boolean => error instanceof Refusal && error.code !== 'invalid_input' && error.code !== 'not_found';

/** Refuses `anonymous` (401) where a user is needed, without a query. For requests that the stock queue decides. */
export function requireToken(askers: Askers<SignedInRow>, audience: Audience, { actor }: RequestContext): void {
  requireKnowable(askers, actor);
  if (typeof actor === 'string') requireSignedIn(audience, actor);
}

/**
 * Judges a write before it takes a lock, a turn or a hash. A refusal costs only reads, and that of an anonymous request (401) none. A
 * write that passes is decided again under the lock.
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

/** The input of a request that needs no row except the actor's. The actor's rights are judged before a faulty input is reported. */
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

/**
 * Refuses an actor without a valid identity (401). An edge calls it when an id is malformed: an invalid token is reported before an
 * invalid id.
 */
export function identifyActor<Action extends string>({ users }: Askers<SignedInRow>, rights: Rights<Action>) {
  return ({ actor: ref }: RequestContext, action: Action): Promise<void> =>
    asActor({ users }, ref, (actor) => requireSignedIn(rights[action], actor));
}
