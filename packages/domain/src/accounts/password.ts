import { charactersOf, invisibleRunsAs, isWellFormed, utf8BytesOf } from '../requests/text.ts';

/** The rules of a password; the profile chooses them (policy.ts). */
export interface PasswordRules {
  readonly charactersMin: number;
  /** Whether common passwords, and the user's own name and e-mail, are refused. */
  readonly refuseGuessable: boolean;
  /** The common passwords, in lower case. The list comes from the installation. */
  readonly common: Pick<ReadonlySet<string>, 'has'>;
}

/** bcrypt ignores all bytes after the 72nd. So two passwords with the same first 72 bytes would open the same account. */
export const PASSWORD_BYTES_MAX = 72;

/**
 * A text with more UTF-16 units than this is too long in NFC too. One byte of NFC comes from at most 1.5 units: ǖ may be typed as u and two
 * accents. password.test.ts checks this for all characters, and this limit allows two units. A longer text is not normalised, because a run
 * of accents takes quadratic time.
 */
const PASSWORD_UNITS_MAX = 2 * PASSWORD_BYTES_MAX;
const isOverlong = (password: string): boolean => password.length > PASSWORD_UNITS_MAX;

/**
 * The form of a password that rules and hashes use. Systems write é as one character or as two (NIST SP 800-63B-4, 3.1.1.2), and both
 * become the same text. A text that is too long for a password stays as it is.
 */
export const normalPassword = (password: string): string => (isOverlong(password) ? password : password.normalize('NFC'));

/**
 * The texts from which the stored hash of a typed password may have been made. Older versions hashed the text as it was typed, perhaps in
 * another Unicode form. A few letters are longer in NFC, and then only the typed form may fit. The list is empty if every form is too long.
 * The number of texts depends only on the typed text, so the work reveals nothing about an account.
 */
export function formsOf(typed: string): readonly string[] {
  if (isOverlong(typed)) return [];
  const normal = normalPassword(typed);
  const other = typed === normal ? typed.normalize('NFD') : typed;
  return [...new Set([normal, other])].filter(isStorable);
}

const isStorable = (password: string): boolean => !isOverlong(password) && isWellFormed(password) && utf8BytesOf(password) <= PASSWORD_BYTES_MAX;

/** Whether an account can have this password: well-formed text of at most `PASSWORD_BYTES_MAX` bytes. */
export const isPasswordStorable = (password: string): boolean => isStorable(normalPassword(password));
/** Whether this text can be the password of any account. If not, no account is looked up. */
export const isPasswordTypeable = (typed: string): boolean => formsOf(typed).length > 0;
/** With `refuseGuessable`, a run of spaces or of invisible characters counts as one character (as in NIST SP 800-63B-3, 5.1.1.2). */
export const isPasswordLongEnough = (password: string, { charactersMin, refuseGuessable }: PasswordRules): boolean =>
  isOverlong(password) || charactersOf(refuseGuessable ? invisibleRunsAs(' ', normalPassword(password)) : normalPassword(password)) >= charactersMin;
/** Whether it is not among the common and published passwords of the rules. */
export const isPasswordUncommon = (password: string, { refuseGuessable, common }: PasswordRules): boolean =>
  !refuseGuessable || !common.has(normalPassword(password).toLowerCase());

/** Whether the password is none of these: the owner's e-mail, the part before its @, the name, or a word of the name. */
export function isPasswordImpersonal(
  password: string,
  { name, email }: { readonly name: string; readonly email: string },
  rules: PasswordRules,
): boolean {
  if (!rules.refuseGuessable || !isPasswordStorable(password)) return true; // a text that is too long is refused for its length, which is less work
  const own = [email, email.split('@')[0] ?? '', name, ...name.split(/\s+/), ...name.split(BETWEEN_LETTERS)].filter((words) => words !== '');
  return !own.map(lettersOf).includes(lettersOf(password));
}

const BETWEEN_LETTERS = /[^\p{L}\p{M}\p{N}]+/gu;

/**
 * Removes differences that an attacker would try anyway: case, and all characters except letters, marks and digits. Upper case comes last,
 * because it makes ß equal to SS and σ equal to ς. A text without letters and digits keeps its other characters.
 */
function lettersOf(text: string): string {
  const folded = (part: string) => part.toLowerCase().toUpperCase();
  const normal = normalPassword(text);
  return folded(normal.replace(BETWEEN_LETTERS, '')) || folded(normal);
}
