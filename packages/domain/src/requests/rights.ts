import { type Actor, person } from './actor.ts';
import { refuse } from './refusal.ts';

/** Who may do something: anyone; every signed-in user; the owner of the row and admins; admins; the operator alone. */
export type Audience = 'anyone' | 'user' | 'owner' | 'admin' | 'operator';

/** Who may do each action. It is part of the policy, so each app can choose. */
export type Rights<Action extends string> = Readonly<Record<Action, Audience>>;

/** Refuses an actor without a valid identity. This 401 comes before any 404 or 403. */
export function requireSignedIn(audience: Audience, actor: Actor): void {
  if (actor === 'stale') refuse('unauthenticated', {});
  if (actor === 'anonymous' && audience !== 'anyone' && audience !== 'operator') refuse('unauthenticated', {});
}

/**
 * Refuses (`unauthenticated`, `forbidden`) an actor who does not belong to the audience. `ownerId` is the user to whom the row belongs.
 * Rights come from the user's row as it is now, never from a token's claim.
 */
export function authorize(audience: Audience, actor: Actor, ownerId?: string): void {
  requireSignedIn(audience, actor);
  if (actor === 'operator' || audience === 'anyone') return;
  if (audience === 'operator') refuse('forbidden', { reason: 'operator_only' });
  const { id, role } = person(actor);
  if (audience === 'admin' && role !== 'admin') refuse('forbidden', { reason: 'not_admin' });
  if (audience === 'owner' && role !== 'admin' && id !== ownerId) refuse('forbidden', { reason: 'not_owner' });
}
