import type { Role } from '../requests/actor.ts';
import { type Fault, refuse, refuseFaults } from '../requests/refusal.ts';
import { isLine } from '../requests/text.ts';
import {
  isPasswordImpersonal,
  isPasswordLongEnough,
  isPasswordStorable,
  isPasswordUncommon,
  PASSWORD_BYTES_MAX,
  type PasswordRules,
} from './password.ts';

/** A person with an account. The password's hash is not here: see `Credentials` in ports.ts. */
export interface User {
  readonly id: string;
  readonly name: string;
  /** Lower case, unique. */
  readonly email: string;
  readonly role: Role;
  /** Tokens carry it. A password change and a logout raise it, which ends every earlier token. */
  readonly tokenVersion: number;
  /** 1 when the account is made. Each stored edit raises it by one. A logout does not. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a user provides when an account is made. */
export interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly role?: Role | undefined;
}

/** The fields of a user that may be changed. A field that is left out stays. */
export interface UserChanges {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly role?: Role | undefined;
  /** The current password, if the policy requires it. */
  readonly currentPassword?: string | undefined;
}

/** In code points, not in UTF-16 units. */
export const NAME_CHARACTERS_MAX = 255;
/** RFC 5321 §4.5.3.1.3: a path has 256 octets, two of them the angle brackets. */
export const EMAIL_CHARACTERS_MAX = 254;

/**
 * Makes the form in which an e-mail is stored and compared, so that one address has one account on every engine. It removes spaces around
 * the address and lowers ASCII letters. It leaves other letters alone: `toLowerCase()` turns the Kelvin sign into k, and two addresses
 * would become one.
 */
export function normalEmail(email: string): string {
  const trimmed = email.trim();
  if (trimmed.length > EMAIL_CHARACTERS_MAX) return trimmed; // too long for an address, so it is not read
  return trimmed.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * Accepts the form of HTML's `<input type=email>` with a dot in the domain. Only ASCII is allowed: a database may treat `josé@` and `jose@`
 * as equal, and a letter may look like another one.
 */
export function isEmail(email: string): boolean {
  return (
    email.length <= EMAIL_CHARACTERS_MAX &&
    /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)+$/i.test(email)
  );
}

/** 1 to `NAME_CHARACTERS_MAX` characters, at least one visible, no control characters. */
export const isName = (name: string): boolean => isLine(name, NAME_CHARACTERS_MAX);

/** Creates the user of a new account. Refuses with all faults of the input. */
export function newUser(input: NewUser, rules: PasswordRules, { id, now }: { readonly id: string; readonly now: Date }): User {
  const { name, role = 'user', password } = input;
  const email = normalEmail(input.email);
  refuseFaulty({ name, email, role, password }, rules);
  return { id, name, email, role, tokenVersion: 0, version: 1, createdAt: now, updatedAt: now };
}

/** The user after the changes; the same object if nothing changes. Refuses with all faults of the input. A new password ends every earlier token. */
export function changedUser(user: User, changes: UserChanges, rules: PasswordRules, now: Date): User {
  const { name = user.name, role = user.role, password } = changes;
  const email = normalEmail(changes.email ?? user.email);
  refuseFaulty({ name, email, role, password }, rules);
  if (name === user.name && email === user.email && role === user.role && password === undefined) return user;
  const tokenVersion = user.tokenVersion + (password === undefined ? 0 : 1);
  return { ...user, name, email, role, tokenVersion, version: user.version + 1, updatedAt: now };
}

interface Account {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly password: string | undefined;
}

/** The same user, with all earlier tokens ended. This is not an edit, so `updatedAt` stays. */
export const signedOut = (user: User): User => ({ ...user, tokenVersion: user.tokenVersion + 1 });

function refuseFaulty(account: Account, rules: PasswordRules): void {
  refuseFaults(faultsOf(account, rules));
  if (account.password !== undefined && !isPasswordImpersonal(account.password, account, rules)) refuse('password_is_personal', {});
}

function faultsOf(input: Account, rules: PasswordRules): Fault[] {
  const faults: Fault[] = [];
  const expect = (good: boolean, field: string, message: string) => good || faults.push({ field, message });
  expect(isName(input.name), 'name', `a name has 1 to ${NAME_CHARACTERS_MAX} visible characters`);
  expect(isEmail(input.email), 'email', 'not an e-mail address');
  expect(input.role === 'user' || input.role === 'admin', 'role', 'a role is user or admin');
  if (input.password !== undefined) {
    expect(isPasswordStorable(input.password), 'password', `a password has at most ${PASSWORD_BYTES_MAX} bytes of well-formed text`);
    expect(isPasswordLongEnough(input.password, rules), 'password', `a password has at least ${rules.charactersMin} characters`);
    expect(isPasswordUncommon(input.password, rules), 'password', 'this password is among the most common ones, or published as an example');
  }
  return faults;
}
