import type { Freshness } from '../requests/ports.ts';
import { refuse } from '../requests/refusal.ts';
import type { UserFacts, UserRepository } from './ports.ts';
import type { User } from './user.ts';

/** Refuses to delete a user who holds tickets, organises an event or is the last admin. Every repository must call it for each deletion. */
export function requireDeletable({ role }: User, { hasOtherAdmins, hasActiveBookings, organisesEvents }: UserFacts): void {
  if (hasActiveBookings) refuse('user_has_active_bookings', {});
  if (organisesEvents) refuse('user_organises_events', {});
  if (role === 'admin' && !hasOtherAdmins) refuse('last_admin', {});
}

/** Whether another user has the e-mail. It reads without a lock, so another user may still take it. */
export async function isEmailTaken({ users }: { readonly users: UserRepository }, { id, email }: User): Promise<boolean> {
  const isOthers = async (freshness: Freshness) => ((await users.findByEmail(email, freshness))?.id ?? id) !== id;
  return (await isOthers('plain')) && isOthers('latest');
}
