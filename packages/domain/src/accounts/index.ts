/**
 * Accounts: users, registration, login and their limits. Start with `createAccountUseCases(ports)`. An app with its own accounts needs
 * nothing of this.
 */

export { placeOfUser, searchedWordsOfUser, type UserFilter, type UserListRequest, unlistedUserFilters } from './list-filters.ts';
export {
  isPasswordImpersonal,
  isPasswordLongEnough,
  isPasswordStorable,
  isPasswordTypeable,
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
