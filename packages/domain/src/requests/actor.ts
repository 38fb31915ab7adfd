import { refuse } from './refusal.ts';

export type Role = 'user' | 'admin';

/**
 * Who asks, as the edge knows him: nobody, the holder of a token, or the operator, who works on the server itself
 * (the command line, the start-up) and may do everything.
 */
export type ActorRef = 'anonymous' | 'operator' | { readonly userId: string; readonly tokenVersion: number };

/** Who asks, as the rows say now. `stale` holds a token whose user is gone or has changed his password since. */
export type Actor<Row extends SignedIn = SignedIn> = 'anonymous' | 'operator' | 'stale' | Row;

/** What rights are made of: as much of an asker's row as a decision reads. */
export interface SignedIn {
  readonly id: string;
  readonly role: Role;
  /** Tokens carry it; a password change and a logout raise it, which ends every token given before. */
  readonly tokenVersion: number;
}

/** The user whose row has to be read before the actor is known. */
export const userIdOf = (ref: ActorRef): string | undefined => (typeof ref === 'string' ? undefined : ref.userId);

export function actorNow<Row extends SignedIn>(ref: ActorRef, user: Row | undefined): Actor<Row> {
  if (typeof ref === 'string') return ref;
  return user !== undefined && user.tokenVersion === ref.tokenVersion ? user : 'stale';
}

/** The signed-in user among the actors: only a person can book tickets or organise an event. */
export const person = <Row extends SignedIn>(actor: Actor<Row>): Row => (typeof actor === 'string' ? refuse('unauthenticated', {}) : actor);
