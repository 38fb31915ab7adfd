import { charactersOf, invisibleRunsAs, isWellFormed, utf8BytesOf } from '../requests/text.ts';

/** What a password has to be; a matter of the profile (policy.ts). */
export interface PasswordRules {
  readonly charactersMin: number;
  /** Whether common passwords and the person's own name and e-mail are refused. */
  readonly refuseGuessable: boolean;
  /** Whether a password, in lower case, counts as common. The installation knows; the domain has no list of its own. */
  readonly common: Pick<ReadonlySet<string>, 'has'>;
}

/** bcrypt ignores what comes after: two passwords alike in 72 bytes would open the same account. */
export const PASSWORD_BYTES_MAX = 72;

/**
 * A text of more UTF-16 units is too long in NFC as well. One byte of NFC takes 1.5 units at most, where ǖ is typed as u and two accents;
 * password.test.ts counts it over all characters. Two are allowed. A longer text is not normalised: on a run of accents that is quadratic work.
 */
const PASSWORD_UNITS_MAX = 2 * PASSWORD_BYTES_MAX;
const isOverlong = (password: string): boolean => password.length > PASSWORD_UNITS_MAX;

/**
 * One password, one text: keyboards and systems write é as one character or as two (NIST SP 800-63B-4, 3.1.1.2). Rules and hashes are of this form.
 * A text that is too long for a password stays as it is.
 */
export const normalPassword = (password: string): string => (isOverlong(password) ? password : password.normalize('NFC'));

/**
 * The texts that a typed password may have been hashed as; none when each is too long for a hash. Hashes that were made before passwords were
 * normalised are of what was typed then, on another system in another form; a few letters are longer in NFC, so that only what was typed fits.
 * How many there are depends on what was typed alone, so the work tells nothing of an account.
 */
export function formsOf(typed: string): readonly string[] {
  if (isOverlong(typed)) return [];
  const normal = normalPassword(typed);
  const other = typed === normal ? typed.normalize('NFD') : typed;
  return [...new Set([normal, other])].filter(isStorable);
}

const isStorable = (password: string): boolean => !isOverlong(password) && isWellFormed(password) && utf8BytesOf(password) <= PASSWORD_BYTES_MAX;

export const isPasswordStorable = (password: string): boolean => isStorable(normalPassword(password));
/** Whether it can be somebody's password at all: else it need not be looked at. */
export const isPasswordTypeable = (typed: string): boolean => formsOf(typed).length > 0;
/** Where passwords must not be guessable, a run of spaces or of what shows nothing counts as one character (as NIST SP 800-63B-3, 5.1.1.2, has it). */
export const isPasswordLongEnough = (password: string, { charactersMin, refuseGuessable }: PasswordRules): boolean =>
  isOverlong(password) || charactersOf(refuseGuessable ? invisibleRunsAs(' ', normalPassword(password)) : normalPassword(password)) >= charactersMin;
export const isPasswordUncommon = (password: string, { refuseGuessable, common }: PasswordRules): boolean =>
  !refuseGuessable || !common.has(normalPassword(password).toLowerCase());

/** Whether the password is none of its owner's own words: the e-mail, the part before its @, the name and each word of the name. */
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
 * What a guess does not vary: neither case nor what stands between letters and digits tells two of them apart. Upper case comes last: ß and
 * SS are the same there, and so are σ and ς. A text without letters and digits is what it is.
 */
function lettersOf(text: string): string {
  const folded = (part: string) => part.toLowerCase().toUpperCase();
  const normal = normalPassword(text);
  return folded(normal.replace(BETWEEN_LETTERS, '')) || folded(normal);
}
