import type { SharedPorts } from './limiting.ts';
import { type NewUser, newUser, type User } from './user.ts';

/** `AccountUseCases.createFirstAdmin` says what it does and refuses. */
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
