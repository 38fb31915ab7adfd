import { charactersOf, invisibleRunsAs, isWellFormed, utf8BytesOf } from '../requests/text.ts';

/** The rules of a password; the profile chooses them (policy.ts). */
export interface PasswordRules {
  readonly charactersMin: number;
  /** Whether common passwords and the person's own name and e-mail are refused. */
  readonly refuseGuessable: boolean;
  /** Whether a password, in lower case, counts as common. The installation has the list; the domain has none. */
  readonly common: Pick<ReadonlySet<string>, 'has'>;
}

/** bcrypt ignores the bytes after the 72nd: two passwords with the same 72 bytes would open the same account. */
export const PASSWORD_BYTES_MAX = 72;

/**
 * A text of more UTF-16 units is too long in NFC as well. One byte of NFC takes at most 1.5 units, where ǖ is typed as u and two accents;
 * password.test.ts counts it over all characters. This limit allows two. A longer text is not normalised, since a run of accents takes
 * quadratic work.
 */
const PASSWORD_UNITS_MAX = 2 * PASSWORD_BYTES_MAX;
const isOverlong = (password: string): boolean => password.length > PASSWORD_UNITS_MAX;

/**
 * One password, one text: keyboards and systems write é as one character or as two (NIST SP 800-63B-4, 3.1.1.2). Rules and hashes use
 * this form. A text that is too long for a password stays as it is.
 */
export const normalPassword = (password: string): string => (isOverlong(password) ? password : password.normalize('NFC'));

/**
 * The texts that a typed password may have been hashed as; none when each is too long for a hash. Hashes made before passwords were
 * normalised are of the text as it was typed then, which may have another Unicode form. A few letters are longer in NFC, so only the
 * typed form fits. How many texts there are depends on the typed text alone, so the work reveals nothing about an account.
 */
export function formsOf(typed: string): readonly string[] {
  if (isOverlong(typed)) return [];
  const normal = normalPassword(typed);
  const other = typed === normal ? typed.normalize('NFD') : typed;
  return [...new Set([normal, other])].filter(isStorable);
}

const isStorable = (password: string): boolean => !isOverlong(password) && isWellFormed(password) && utf8BytesOf(password) <= PASSWORD_BYTES_MAX;

export const isPasswordStorable = (password: string): boolean => isStorable(normalPassword(password));
/** Whether this text can be a password at all; if not, no account is looked up. */
export const isPasswordTypeable = (typed: string): boolean => formsOf(typed).length > 0;
/** Where passwords must not be guessable, a run of spaces or of invisible characters counts as one (as in NIST SP 800-63B-3, 5.1.1.2). */
export const isPasswordLongEnough = (password: string, { charactersMin, refuseGuessable }: PasswordRules): boolean =>
  isOverlong(password) || charactersOf(refuseGuessable ? invisibleRunsAs(' ', normalPassword(password)) : normalPassword(password)) >= charactersMin;
export const isPasswordUncommon = (password: string, { refuseGuessable, common }: PasswordRules): boolean =>
  !refuseGuessable || !common.has(normalPassword(password).toLowerCase());

/** Whether the password differs from its owner's own words: the e-mail, the part before its @, the name and each word of the name. */
export function isPasswordImpersonal(
  password: string,
  { name, email }: { readonly name: string; readonly email: string },
  rules: PasswordRules,
): boolean {
  if (!rules.refuseGuessable || !isPasswordStorable(password)) return true; // too long for a password is refused as that, for less work
  const own = [email, email.split('@')[0] ?? '', name, ...name.split(/\s+/), ...name.split(BETWEEN_LETTERS)].filter((words) => words !== '');
  return !own.map(lettersOf).includes(lettersOf(password));
}

const BETWEEN_LETTERS = /[^\p{L}\p{M}\p{N}]+/gu;

/**
 * Removes differences that a guesser ignores: case, and all characters between letters and digits. Upper case comes last, because it
 * makes ß equal to SS and σ equal to ς. A text without letters and digits stays as it is.
 */
function lettersOf(text: string): string {
  const folded = (part: string) => part.toLowerCase().toUpperCase();
  const normal = normalPassword(text);
  return folded(normal.replace(BETWEEN_LETTERS, '')) || folded(normal);
}
