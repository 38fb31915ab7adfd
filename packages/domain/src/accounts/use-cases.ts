import type { RequestContext } from '../requests/context.ts';
import type { Answer } from '../requests/idempotency.ts';
import type { ListRequest, Page } from '../requests/page.ts';
import type { Input } from '../requests/refusal.ts';
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
import type { ClientNetwork } from './rate-limits.ts';
import { readSelf } from './read-self.ts';
import { readUser } from './read-user.ts';
import { registerUser } from './register-user.ts';
import type { NewUser, User, UserChanges } from './user.ts';

/**
 * What an app can do with accounts. Each use case names its refusals, which are thrown as a `Refusal`; the policy says who may do what. A store
 * or a hasher that cannot answer throws `Unavailable`.
 *
 * `from` are the networks that a request comes from, as the app knows them. Failed logins, registrations and passwords at work are limited by
 * network. **Without `from` they have no such limit.** A signed-in account may always hash only a share of the passwords at once.
 */
export interface AccountUseCases {
  /**
   * Edits a user; fields that are left out stay. A new password ends all earlier tokens. If the policy requires it, users who change their own
   * password or e-mail give `currentPassword` too, because their token may be stolen. If two admins lose their role at once, one stays.
   *
   * Refuses `unauthenticated`, `not_found`, `forbidden`, `version_changed`, `invalid_input`, `password_is_personal`, `last_admin` (no admin
   * would be left), `current_password_needed`, `wrong_credentials`, `too_many_failed_logins`, `email_taken`, `too_many_passwords`.
   */
  readonly changeUser: (context: RequestContext, id: string, changes: Input<UserChanges>, from?: readonly ClientNetwork[]) => Promise<User>;
  /**
   * Makes an admin while there is none, also when two servers start at once. Once there is one it makes nothing and gives `undefined`. It
   * asks for no rights, so it is for the start of your app.
   *
   * Refuses `invalid_input`, `password_is_personal`, `email_taken`.
   */
  readonly createFirstAdmin: (account: Omit<NewUser, 'role'>) => Promise<User | undefined>;
  /**
   * Makes an account for somebody else. If calls race for one e-mail, exactly one succeeds.
   *
   * Refuses `unauthenticated`, `forbidden`, `invalid_input`, `password_is_personal`, `too_many_passwords`, `email_taken`,
   * `idempotency_key_reused`.
   */
  readonly createUser: (context: RequestContext, account: Input<NewUser>, from?: readonly ClientNetwork[]) => Promise<Answer<User>>;
  /**
   * Deletes a user and their cancelled bookings, and so ends their tokens. If a booking of theirs races with it, one of the two is refused.
   *
   * Refuses `unauthenticated`, `not_found`, `forbidden`, `version_changed`, `user_has_active_bookings`, `user_organises_events`, `last_admin`.
   */
  readonly deleteUser: (context: RequestContext, id: string) => Promise<undefined>;
  /**
   * All users, oldest account first. `total` is given on request.
   *
   * Refuses `unauthenticated`, `forbidden`, `invalid_input`.
   */
  readonly listUsers: (context: RequestContext, request: Input<ListRequest>) => Promise<Page<User>>;
  /**
   * Gives a token for the right password. An unknown e-mail and a wrong password are refused alike, after the same work. In 15 minutes one
   * network may fail 10 times for one account, and 100 times in all; a shared network four times as often.
   *
   * Refuses `wrong_credentials`, `too_many_failed_logins`, `too_many_passwords`.
   */
  readonly logIn: (
    credentials: Input<{ readonly email: string; readonly password: string }>,
    from?: readonly ClientNetwork[],
  ) => Promise<{ readonly user: User; readonly token: string }>;
  /**
   * Ends every token of the actor's account.
   *
   * Refuses `unauthenticated`, also for a token that was ended before.
   */
  readonly logOut: (context: RequestContext) => Promise<User>;
  /**
   * The signed-in user's own row.
   *
   * Refuses `unauthenticated`.
   */
  readonly readSelf: (context: RequestContext) => Promise<User>;
  /**
   * One user, for themselves or an admin.
   *
   * Refuses `unauthenticated`, `not_found`, `forbidden`.
   */
  readonly readUser: (context: RequestContext, id: string) => Promise<User>;
  /**
   * Opens an account for the actor and signs them in. A network with too many registrations is refused before any work. If calls race for
   * one e-mail, exactly one succeeds.
   *
   * Refuses `unauthenticated` for an invalid token, `forbidden` (for an admin account, if the policy does not allow it), `invalid_input`,
   * `password_is_personal`, `too_many_registrations`, `too_many_passwords`, `email_taken`, `idempotency_key_reused`.
   */
  readonly registerUser: (
    context: RequestContext,
    account: Input<NewUser>,
    from?: readonly ClientNetwork[],
  ) => Promise<Answer<{ readonly user: User; readonly token: string }>>;
}

/** Connects the ports to every use case of accounts. It reads and stores nothing yet. */
export function createAccountUseCases(ports: AccountPorts): AccountUseCases {
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
