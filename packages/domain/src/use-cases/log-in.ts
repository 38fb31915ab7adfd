import { failedLoginLimits } from '../rate-limits.ts';
import { accept, type Input, refuse } from '../refusal.ts';
import { normalEmail, type User } from '../user.ts';
import { countOne, holdersOf, limitAtOnce, type SharedPorts } from './limiting.ts';

/**
 * Gives a token for the right password. An unknown e-mail and a wrong password are refused alike and take the same work.
 * Whoever failed too often from the same place is refused before any work; what is being verified counts as failed until it is known.
 * A password whose hash took less work than hashes take now, or is of another form than NFC, is hashed anew; its tokens stay good.
 */
export function logIn({ users, passwords, tokens, rateCounts, clock }: SharedPorts) {
  const limited = limitAtOnce({ rateCounts }, 'too_many_failed_logins');
  return async (
    input: Input<{ readonly email: string; readonly password: string }>,
    /** The address he comes from, where the edge knows it. */
    from?: string,
  ): Promise<{ readonly user: User; readonly token: string }> => {
    const { email: given, password } = accept(input);
    const email = normalEmail(given);
    const limits = from === undefined ? [] : failedLoginLimits(email, from);
    const holders = holdersOf('anonymous', from);
    const now = clock();
    return limited(limits, now, async () => {
      const credentials = await users.findCredentials(email);
      const verdict = await passwords.verify(password, credentials?.passwordHash, holders);
      if (verdict === 'wrong' || credentials === undefined) {
        await countOne({ rateCounts }, limits, now);
        return refuse('wrong_credentials', {});
      }
      const { user } = credentials;
      // Whatever keeps it from being stored, the password was right; the next login tries again.
      if (verdict === 'outdated') await rehash(user, password, holders).catch(() => undefined);
      return { user, token: await tokens.issue(user) };
    });
  };
  /** Keeps the password under a costlier hash; where it was changed meanwhile, which raises the token version, the new one stays. */
  async function rehash({ id, tokenVersion }: User, password: string, holders: readonly string[]): Promise<void> {
    const passwordHash = await passwords.hash(password, holders);
    await users.change(id, { actor: 'operator' }, ({ user }) => (user?.tokenVersion === tokenVersion ? { user, passwordHash } : user && { user }));
  }
}
