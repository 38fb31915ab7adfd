import { accept, type Input } from '../requests/refusal.ts';
import { holdersOf, type SharedPorts } from './limiting.ts';
import type { ClientNetwork } from './rate-limits.ts';
import { normalEmail, type User } from './user.ts';

/** `AccountUseCases.logIn` says what it does and refuses. */
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
