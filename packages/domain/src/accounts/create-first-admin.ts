import type { SharedPorts } from './limiting.ts';
import { type NewUser, newUser, type User } from './user.ts';

/**
 * Creates an admin if there is none. If two servers start at the same time, only one admin is created.
 *
 * Refuses `invalid_input`, `password_is_personal`, `email_taken`.
 */
export function createFirstAdmin({ users, passwords, clock, newId, accountPolicy: policy }: SharedPorts) {
  return async (account: Omit<NewUser, 'role'>): Promise<User | undefined> => {
    const user = newUser({ ...account, role: 'admin' }, policy.passwords, { id: newId(), now: clock() });
    const passwordHash = await passwords.hash(account.password, []);
    const { value: stored } = await users.change(user.id, { actor: 'operator' }, ({ hasOtherAdmins }) =>
      hasOtherAdmins ? undefined : { user, passwordHash },
    );
    return stored?.user;
  };
}
