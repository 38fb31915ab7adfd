import type { Freshness } from '../requests/ports.ts';
import type { UserFacts, UserRepository } from './ports.ts';
import type { User } from './user.ts';

/** Facts that refuse nothing: rights are judged on them, before anything is counted for whoever has none. */
export const NOTHING_HANGS: UserFacts = { otherAdmins: 1, activeBookings: 0, organisedEvents: 0 };

/** Whether somebody else has the e-mail, as far as is known without a lock. */
export async function isEmailTaken({ users }: { readonly users: UserRepository }, { id, email }: User): Promise<boolean> {
  const isOthers = async (freshness: Freshness) => ((await users.findByEmail(email, freshness))?.id ?? id) !== id;
  return (await isOthers('plain')) && isOthers('latest');
}
