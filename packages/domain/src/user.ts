import { type Fault, refuseFaults } from './refusal.ts';
import { charactersOf, isLine, isWellFormed, utf8BytesOf } from './text.ts';

export type Role = 'user' | 'admin';

/** A person with an account. The password's hash is not here: see `Credentials` in ports.ts. */
export interface User {
  readonly id: string;
  readonly name: string;
  /** Lower case, unique. */
  readonly email: string;
  readonly role: Role;
  /** Tokens carry it; a password change raises it, which ends every token given before. */
  readonly tokenVersion: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a person tells of himself when an account is made. */
export interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly role?: Role | undefined;
}

/** What may be changed of a user; what is left out stays. */
export interface UserChanges {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly role?: Role | undefined;
}

/** How long and how uncommon a password has to be; a matter of the profile (policy.ts). */
export interface PasswordRules {
  readonly charactersMin: number;
  readonly refuseCommon: boolean;
}

export const NAME_CHARACTERS_MAX = 255;
/** RFC 5321 §4.5.3.1.3: a path has 256 octets, two of them the angle brackets. */
export const EMAIL_CHARACTERS_MAX = 254;
/** bcrypt ignores what comes after: two passwords alike in 72 bytes would open the same account. */
export const PASSWORD_BYTES_MAX = 72;

/**
 * One address, one account, on every engine: spaces around it and the case of its letters do not count. ASCII letters alone:
 * to toLowerCase() the Kelvin sign is a k, so that two addresses would become one.
 */
export const normalEmail = (email: string): string => email.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/**
 * ASCII only: a database may take `josé@` for `jose@`, and a letter may look like another.
 * The form is that of HTML's `<input type=email>` with a dot in the domain.
 */
export function isEmail(email: string): boolean {
  return (
    email.length <= EMAIL_CHARACTERS_MAX &&
    /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)+$/i.test(email)
  );
}

export const isName = (name: string): boolean => isLine(name, NAME_CHARACTERS_MAX);

export const isPasswordStorable = (password: string): boolean => isWellFormed(password) && utf8BytesOf(password) <= PASSWORD_BYTES_MAX;
export const isPasswordLongEnough = (password: string, rules: PasswordRules): boolean => charactersOf(password) >= rules.charactersMin;
export const isPasswordUncommon = (password: string, rules: PasswordRules): boolean =>
  !rules.refuseCommon || !COMMON_PASSWORDS.has(password.toLowerCase());

/** Makes the account's user, or refuses with all that is wrong. */
export function newUser(input: NewUser, rules: PasswordRules, { id, now }: { readonly id: string; readonly now: Date }): User {
  const { name, role = 'user', password } = input;
  const email = normalEmail(input.email);
  refuseFaults(faultsOf({ name, email, role, password }, rules));
  return { id, name, email, role, tokenVersion: 0, createdAt: now, updatedAt: now };
}

/**
 * The user with the changes made, or a refusal with all that is wrong; himself when nothing changes. A new password ends every
 * token given before.
 */
export function changedUser(user: User, changes: UserChanges, rules: PasswordRules, now: Date): User {
  const { name = user.name, role = user.role, password } = changes;
  const email = normalEmail(changes.email ?? user.email);
  refuseFaults(faultsOf({ name, email, role, password }, rules));
  if (name === user.name && email === user.email && role === user.role && password === undefined) return user;
  return { ...user, name, email, role, tokenVersion: user.tokenVersion + (password === undefined ? 0 : 1), updatedAt: now };
}

function faultsOf(input: { name: string; email: string; role: Role; password: string | undefined }, rules: PasswordRules): Fault[] {
  const faults: Fault[] = [];
  const expect = (good: boolean, field: string, message: string) => good || faults.push({ field, message });
  expect(isName(input.name), 'name', `a name has 1 to ${NAME_CHARACTERS_MAX} visible characters`);
  expect(isEmail(input.email), 'email', 'not an e-mail address');
  expect(input.role === 'user' || input.role === 'admin', 'role', 'a role is user or admin');
  if (input.password !== undefined) {
    expect(isPasswordStorable(input.password), 'password', `a password has at most ${PASSWORD_BYTES_MAX} bytes of well-formed text`);
    expect(isPasswordLongEnough(input.password, rules), 'password', `a password has at least ${rules.charactersMin} characters`);
    expect(isPasswordUncommon(input.password, rules), 'password', 'this password is among the most common ones');
  }
  return faults;
}

/** The passwords that guessing starts with, of the lengths that pass the shortest minimum. */
const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword pa55word 12345678 123456789 1234567890
   0123456789 987654321 9876543210 11111111 00000000 88888888 12341234 123123123 12344321 1q2w3e4r 1q2w3e4r5t 1qaz2wsx qwerty12
   qwerty123 qwerty1234 qwertyui qwertyuiop asdfghjk asdfghjkl zxcvbnm1 zaq12wsx abc12345 abcd1234 abcdefgh a1b2c3d4 aa123456
   iloveyou iloveyou1 sunshine princess football baseball superman batman123 starwars trustno1 whatever computer internet
   michelle jennifer samantha jonathan charlie1 michael1 jordan23 dragon123 monkey123 shadow123 master123 welcome1 welcome123
   letmein1 letmein123 admin123 admin1234 admin12345 administrator administrator1 changeme changeme1 changeme123 default1 secret123
   test1234 testtest guest123 user1234 login123 root1234 toor1234 temp1234 rahasia1 rahasia123 indonesia indonesia1 bismillah
   bismillah1 sayangku sayang123 cintaku1 garuda123 jakarta1 palembang qazwsxedc google123 facebook samsung1 liverpool chelsea1
   arsenal1 barcelona realmadrid manchester pokemon1 naruto123 asdasdasd asdf1234 qweasdzxc qweqweqwe 147258369 159753456`.split(/\s+/),
);
