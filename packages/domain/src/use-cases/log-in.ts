import type { Ports } from '../ports.ts';
import { accept, type Input, refuse } from '../refusal.ts';
import { normalEmail, type User } from '../user.ts';

/** Gives a token for the right password. An unknown e-mail and a wrong password are refused alike and take the same work. */
export function logIn({ users, passwords, tokens }: Ports) {
  return async (input: Input<{ readonly email: string; readonly password: string }>): Promise<{ readonly user: User; readonly token: string }> => {
    const { email, password } = accept(input);
    const credentials = await users.findCredentials(normalEmail(email));
    const right = await passwords.verify(password, credentials?.passwordHash);
    if (!right || credentials === undefined) return refuse('wrong_credentials', {});
    return { user: credentials.user, token: await tokens.issue(credentials.user) };
  };
}
