import { changeUser } from './change-user.ts';
import { createFirstAdmin } from './create-first-admin.ts';
import { createUser } from './create-user.ts';
import { deleteUser } from './delete-user.ts';
import { inShares, type SharedPorts } from './limiting.ts';
import { listUsers } from './list-users.ts';
import { logIn } from './log-in.ts';
import { logOut } from './log-out.ts';
import type { AccountPorts } from './ports.ts';
import { provePassword } from './proving.ts';
import { readSelf } from './read-self.ts';
import { readUser } from './read-user.ts';
import { registerUser } from './register-user.ts';

/** Connects the ports to every use case of accounts, one line for each. */
export function createAccountUseCases(ports: AccountPorts) {
  const passwords = inShares(ports.passwords);
  const shared: SharedPorts = { ...ports, passwords, provePassword: provePassword({ ...ports, passwords }) };
  return {
    changeUser: changeUser(shared),
    createFirstAdmin: createFirstAdmin(shared),
    createUser: createUser(shared),
    deleteUser: deleteUser(ports),
    listUsers: listUsers(ports),
    logIn: logIn(shared),
    logOut: logOut(ports),
    readSelf: readSelf(ports),
    readUser: readUser(ports),
    registerUser: registerUser(shared),
  };
}

export type AccountUseCases = ReturnType<typeof createAccountUseCases>;
