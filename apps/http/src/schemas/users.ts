import {
  type AccountPolicy,
  EMAIL_CHARACTERS_MAX,
  isEmail,
  isName,
  isPasswordLongEnough,
  isPasswordStorable,
  isPasswordTypeable,
  isPasswordUncommon,
  NAME_CHARACTERS_MAX,
  normalEmail,
  PASSWORD_BYTES_MAX,
  type PasswordRules,
  type UserChanges,
} from '@ticket/domain/accounts';
import * as v from 'valibot';
import { faults } from '../messages.ts';
import { line, text } from './fields.ts';

/** Checked before it is lowered, because some letters outside ASCII have lower-case forms in ASCII. */
const Email = v.pipe(
  text,
  v.trim(),
  v.check(isEmail, faults.email),
  v.metadata({
    format: 'email',
    maxLength: EMAIL_CHARACTERS_MAX,
    description: 'The e-mail with which the user logs in. Case does not matter.',
  }),
  v.transform(normalEmail),
);

/** A password to compare with the stored one. It is checked only for its form, because a wrong password gets 401. */
const TypedPassword = v.pipe(
  text,
  v.check(isPasswordTypeable, faults.passwordNotStorable),
  v.metadata({ format: 'password', maxLength: PASSWORD_BYTES_MAX, description: 'The password of the account as it is now.' }),
);

const newPassword = (rules: PasswordRules) =>
  v.pipe(
    text,
    v.check(isPasswordStorable, faults.passwordNotStorable),
    v.check((password) => isPasswordLongEnough(password, rules), faults.passwordTooShort(rules.charactersMin)),
    v.check((password) => isPasswordUncommon(password, rules), faults.passwordTooCommon),
    v.metadata({
      format: 'password',
      minLength: rules.charactersMin,
      maxLength: PASSWORD_BYTES_MAX,
      description: `A new password, of at most ${PASSWORD_BYTES_MAX} bytes in UTF-8.`,
    }),
  );

const EXAMPLE = { name: 'John Doe', email: 'john@example.com', password: 'password123', role: 'user' };

const entries = (rules: PasswordRules) =>
  v.object(
    {
      name: v.pipe(line(isName, NAME_CHARACTERS_MAX), v.description('The name of the user.')),
      email: Email,
      password: newPassword(rules),
      role: v.optional(
        v.pipe(v.picklist(['user', 'admin'], faults.role), v.description('What the user may do. A new account is `user` if left out.')),
      ),
    },
    faults.missing,
  );

export const newUser = (rules: PasswordRules) =>
  v.pipe(entries(rules), v.metadata({ ref: 'NewUser', description: 'An account to create.', examples: [EXAMPLE] }));

const CHANGES = {
  ref: 'UserChanges',
  description: 'The fields of an account that change.',
  examples: [{ name: 'Jane Doe', role: 'user' }],
};

/** `current_password` is a field only if the policy requires it. Otherwise it is ignored, as any other unknown field. */
export const userChanges = ({ passwords, asksForCurrentPassword }: Pick<AccountPolicy, 'passwords' | 'asksForCurrentPassword'>) => {
  const changes = v.partial(entries(passwords));
  const proved = v.pipe(
    v.object({ ...changes.entries, current_password: v.optional(TypedPassword) }),
    v.metadata(CHANGES),
    v.transform(({ current_password: currentPassword, ...rest }): UserChanges => ({ ...rest, currentPassword })),
  );
  return asksForCurrentPassword ? proved : v.pipe(changes, v.metadata(CHANGES));
};

/** Only the checks that a look-up needs. Any other wrong pair gets 401. */
export const Credentials = v.pipe(
  v.object(
    {
      email: v.pipe(
        text,
        v.trim(),
        v.check((email) => normalEmail(email).length <= EMAIL_CHARACTERS_MAX, faults.emailTooLong),
        v.metadata({ maxLength: EMAIL_CHARACTERS_MAX, description: 'The e-mail of the account.' }),
      ),
      password: TypedPassword,
    },
    faults.missing,
  ),
  v.metadata({
    ref: 'Credentials',
    description: 'What proves whose account it is.',
    examples: [{ email: EXAMPLE.email, password: EXAMPLE.password }],
  }),
);
