/** Accounts: users, registration, log-in and their limits. `createAccountUseCases(ports)` is the way in. An app with accounts of its own needs none of it. */

export {
  isPasswordImpersonal,
  isPasswordLongEnough,
  isPasswordStorable,
  isPasswordUncommon,
  PASSWORD_BYTES_MAX,
  type PasswordRules,
} from './password.ts';
export { ACCOUNT_POLICY, type AccountAction, type AccountPolicy } from './policy.ts';
export type {
  AccountPorts,
  Credentials,
  PasswordHasher,
  StoredUser,
  TokenService,
  UserFacts,
  UserQueries,
  UserRepository,
  UserState,
} from './ports.ts';
export type { ClientNetwork } from './rate-limits.ts';
export { type AccountUseCases, createAccountUseCases } from './use-cases.ts';
export {
  EMAIL_CHARACTERS_MAX,
  isEmail,
  isName,
  NAME_CHARACTERS_MAX,
  type NewUser,
  normalEmail,
  type User,
  type UserChanges,
} from './user.ts';
export { requireDeletable } from './user-facts.ts';
