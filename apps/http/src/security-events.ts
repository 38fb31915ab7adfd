import type { Input, Role } from '@ticket/domain';
import { normalEmail, type UserChanges } from '@ticket/domain/accounts';

/** What was done to an account. `…_set`: the request contained the value, which may be the same as before. */
export type SecurityEvent =
  | 'registered'
  | 'logged_in'
  | 'logged_out'
  | 'user_created'
  | 'user_deleted'
  | 'name_set'
  | 'email_set'
  | 'password_set'
  | 'role_set';

/** The facts about accounts in the log line of a request. The field `userId` of the line is the actor. */
export interface SecurityFacts {
  readonly security: readonly SecurityEvent[];
  /** The account that was changed. */
  readonly whom: string;
  readonly role?: Role;
}

/** The events of a change of a user. */
export const eventsOf = (changes: Input<UserChanges>): readonly SecurityEvent[] =>
  changes instanceof Error
    ? []
    : (['name', 'email', 'password', 'role'] as const).filter((field) => changes[field] !== undefined).map((field) => `${field}_set` as const);

/** Names the account of an e-mail in the log, so that failed and successful logins of one account can be found. */
export type AccountOf = (email: string) => string;

/** 64 bits, so two accounts practically never have the same digits. */
const ACCOUNT_DIGITS = 16;

/** The HMAC has a key of the installation, so that readers of the log cannot guess e-mails from it. */
export const accountOf =
  (fingerprint: (parts: readonly string[]) => string): AccountOf =>
  (email) =>
    fingerprint(['account in the log\n', normalEmail(email)]).slice(0, ACCOUNT_DIGITS);
