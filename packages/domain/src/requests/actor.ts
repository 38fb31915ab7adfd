import { refuse } from './refusal.ts';

export type Role = 'user' | 'admin';

/**
 * The actor, as the edge knows them.
 *
 * `anonymous`: nobody has signed in. `operator`: works on the server itself (command line, start-up) and may do everything. A token
 * holder: their role is read from their row as it is now. A vouched user: the app vouches for the role, and no row is read.
 */
export type ActorRef = 'anonymous' | 'operator' | TokenHolder | VouchedUser;

export interface TokenHolder {
  readonly userId: string;
  readonly tokenVersion: number;
}

export interface VouchedUser {
  /** See `isUserId`. */
  readonly userId: string;
  readonly role: Role;
}

export const USER_ID_CHARACTERS_MAX = 36;
/** Visible ASCII, so that every engine compares it alike. `anonymous` and `operator` are reserved: they own idempotency keys. */
export const isUserId = (id: string): boolean =>
  id.length <= USER_ID_CHARACTERS_MAX && /^[\x21-\x7e]+$/.test(id) && id !== 'anonymous' && id !== 'operator';

/** The actor, by the rows as they are now. `stale`: their token's user is deleted or has changed their password since. */
export type Actor<Row extends SignedInRow = SignedInRow> = 'anonymous' | 'operator' | 'stale' | Row | SignedIn;

/** What rights are made of. */
export interface SignedIn {
  readonly id: string;
  readonly role: Role;
}

/** The part of an actor's row that decides their rights. */
export interface SignedInRow extends SignedIn {
  /** Tokens carry it. A password change and a logout raise it, which ends every earlier token. */
  readonly tokenVersion: number;
}

/** The user behind the actor; undefined for nobody and for the operator. */
export const userIdOf = (ref: ActorRef): string | undefined => (typeof ref === 'string' ? undefined : ref.userId);

/** The user whose row has to be read before the actor is known. */
export const rowNeededBy = (ref: ActorRef): string | undefined => (typeof ref === 'string' || 'role' in ref ? undefined : ref.userId);

/** The actor, by the row that `rowNeededBy` names. */
export function actorNow<Row extends SignedInRow>(ref: ActorRef, row: Row | undefined): Actor<Row> {
  if (typeof ref === 'string') return ref;
  if ('role' in ref) return { id: ref.userId, role: ref.role };
  return row !== undefined && row.tokenVersion === ref.tokenVersion ? row : 'stale';
}

/** The signed-in user among the actors: only a person can book tickets or organise an event. */
export const person = <Row extends SignedInRow>(actor: Actor<Row>): Row | SignedIn =>
  typeof actor === 'string' ? refuse('unauthenticated', {}) : actor;
