import { refuse } from './refusal.ts';

/** An `admin` organises events and may change the rows of others. */
export type Role = 'user' | 'admin';

/**
 * The actor, as the HTTP API or the command line knows them.
 *
 * `anonymous`: nobody has signed in. `operator`: works on the server itself (command line, start-up) and may do everything. `TokenHolder`:
 * the role is read from the user's current row. `VouchedUser`: the app guarantees the role, and no row is read.
 */
export type ActorRef = 'anonymous' | 'operator' | TokenHolder | VouchedUser;

/** A user who came with a token. Tokens of an earlier `tokenVersion` are `unauthenticated`. */
export interface TokenHolder {
  readonly userId: string;
  readonly tokenVersion: number;
}

/** A user whom the app has signed in itself. No row of theirs is read. */
export interface VouchedUser {
  /** See `isUserId`. */
  readonly userId: string;
  readonly role: Role;
}

export const USER_ID_CHARACTERS_MAX = 36;
/** Visible ASCII, so that every engine compares it alike. `anonymous` and `operator` are reserved: they own idempotency keys. */
export const isUserId = (id: string): boolean =>
  id.length <= USER_ID_CHARACTERS_MAX && /^[\x21-\x7e]+$/.test(id) && id !== 'anonymous' && id !== 'operator';

/** The actor according to the current rows. `stale`: the user of the token is deleted, or has logged out or changed their password since. */
export type Actor<Row extends SignedInRow = SignedInRow> = 'anonymous' | 'operator' | 'stale' | Row | SignedIn;

/** A signed-in user, with the facts that decide their rights. */
export interface SignedIn {
  readonly id: string;
  readonly role: Role;
}

/** The part of an actor's row that decides their rights. */
export interface SignedInRow extends SignedIn {
  /** Tokens carry it. A password change and a logout raise it, which ends every earlier token. */
  readonly tokenVersion: number;
}

/** The user id of the actor; undefined for `anonymous` and `operator`. */
export const userIdOf = (ref: ActorRef): string | undefined => (typeof ref === 'string' ? undefined : ref.userId);

/** The user whose row has to be read before the actor is known. */
export const rowNeededBy = (ref: ActorRef): string | undefined => (typeof ref === 'string' || 'role' in ref ? undefined : ref.userId);

/** The actor according to `row`, which is the row of the user that `rowNeededBy` names. */
export function actorNow<Row extends SignedInRow>(ref: ActorRef, row: Row | undefined): Actor<Row> {
  if (typeof ref === 'string') return ref;
  if ('role' in ref) return { id: ref.userId, role: ref.role };
  return row !== undefined && row.tokenVersion === ref.tokenVersion ? row : 'stale';
}

/** The signed-in user; refuses all other actors. Only a user can book tickets or organise an event. */
export const person = <Row extends SignedInRow>(actor: Actor<Row>): Row | SignedIn =>
  typeof actor === 'string' ? refuse('unauthenticated', {}) : actor;

/** A signed-in user who is no admin. Admins and the operator act for other people. */
export const actsForThemselves = <Row extends SignedInRow>(actor: Actor<Row>): actor is Row | SignedIn =>
  typeof actor !== 'string' && actor.role !== 'admin';
