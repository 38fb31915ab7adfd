import { isEmail, isPasswordImpersonal, isPasswordLongEnough, isPasswordStorable, isPasswordUncommon, normalEmail } from '@ticket/domain/accounts';
import type { Environment } from './config-names.ts';
import type { Policies } from './profiles.ts';

/** The admin that the first start makes. */
export interface FirstAdmin {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

const FIRST_ADMIN_NAME = 'Admin';

export function firstAdminOf(env: Environment, { accounts: { passwords } }: Policies, faults: string[]): FirstAdmin | undefined {
  const [email, password] = [env['ADMIN_EMAIL'], env['ADMIN_PASSWORD']];
  if (email === undefined && password === undefined) return undefined;
  if (email === undefined || password === undefined) {
    faults.push(`${email === undefined ? 'ADMIN_EMAIL' : 'ADMIN_PASSWORD'}: give both ADMIN_EMAIL and ADMIN_PASSWORD, or neither`);
    return undefined;
  }
  if (!isEmail(normalEmail(email))) faults.push('ADMIN_EMAIL: is not an e-mail address');
  if (
    !(
      isPasswordStorable(password) &&
      isPasswordLongEnough(password, passwords) &&
      isPasswordUncommon(password, passwords) &&
      isPasswordImpersonal(password, { name: FIRST_ADMIN_NAME, email: normalEmail(email) }, passwords)
    )
  ) {
    faults.push(
      `ADMIN_PASSWORD: must have at least ${passwords.charactersMin} characters and at most 72 bytes${passwords.refuseGuessable ? `. It must not be a common password, a published sample, the e-mail, its part before the @, or the name ${FIRST_ADMIN_NAME}` : ''}`,
    );
  }
  return { name: FIRST_ADMIN_NAME, email, password };
}
