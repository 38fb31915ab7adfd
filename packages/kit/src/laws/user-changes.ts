import { refuse } from '@ticket/domain';
import { OPERATOR } from '../rows.ts';
import type { FullStore } from '../store.ts';

/** Takes the role of an admin away, as the use case does. */
export const demote = ({ users }: FullStore, id: string) =>
  users.change(id, OPERATOR, ({ user, hasOtherAdmins }) => {
    if (user === undefined) return refuse('not_found', { entity: 'user', id });
    return user.role === 'admin' && !hasOtherAdmins ? refuse('last_admin', {}) : { user: { ...user, role: 'user' } };
  });

/** Deletes a user. The decision does not check their bookings and events, because the store has to do that. */
export const remove = ({ users }: FullStore, id: string) => users.change(id, OPERATOR, () => undefined);
