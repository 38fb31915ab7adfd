import type { ListLimits } from '../requests/page.ts';
import type { Rights } from '../requests/rights.ts';
import type { PasswordRules } from './password.ts';

/** What the policy gives rights for. */
export type AccountAction =
  | 'register_user'
  | 'register_admin'
  | 'log_out'
  | 'read_self'
  | 'list_users'
  | 'read_user'
  | 'create_user'
  | 'change_user'
  | 'change_role'
  | 'delete_user';

/** The rules of accounts that differ between installations. They are chosen once, when the ports are connected to the use cases. */
export interface AccountPolicy {
  readonly rights: Rights<AccountAction>;
  readonly passwords: PasswordRules;
  /** Whether a user who changes their own password or e-mail has to give the current password. */
  readonly asksForCurrentPassword: boolean;
  /** The most registrations from one network in 15 minutes, refused ones included. */
  readonly registrationsMax: number | 'unlimited';
  readonly list: ListLimits;
}

/** For a server that strangers reach. The installation adds the list of common passwords. */
export const ACCOUNT_POLICY: AccountPolicy = {
  rights: {
    register_user: 'anyone',
    register_admin: 'operator',
    log_out: 'user',
    read_self: 'user',
    list_users: 'admin',
    read_user: 'owner',
    create_user: 'admin',
    change_user: 'owner',
    change_role: 'admin',
    delete_user: 'admin',
  },
  passwords: { charactersMin: 8, refuseGuessable: true, common: new Set() },
  asksForCurrentPassword: true,
  registrationsMax: 20,
  list: { limit: 100, limitMax: 100, offsetMax: 10_000, totalMax: 10_000 },
};
