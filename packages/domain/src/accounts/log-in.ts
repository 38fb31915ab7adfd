import { accept, type Input } from '../requests/refusal.ts';
import { holdersOf, type SharedPorts } from './limiting.ts';
import type { ClientNetwork } from './rate-limits.ts';
import { normalEmail, type User } from './user.ts';

/**
 * Returns a token for the right password. An unknown e-mail and a wrong password get the same answer after the same work.
 *
 * Refuses `wrong_credentials`, `too_many_failed_logins`, `too_many_passwords`.
 */
export function logIn({ provePassword, tokens }: SharedPorts) {
  return async (
    input: Input<{ readonly email: string; readonly password: string }>,
    from: readonly ClientNetwork[] = [],
  ): Promise<{ readonly user: User; readonly token: string }> => {
    const { email, password } = accept(input);
    const user = await provePassword({ email: normalEmail(email), password, from, holders: holdersOf('anonymous', from) });
    return { user, token: await tokens.issue(user) };
  };
}
