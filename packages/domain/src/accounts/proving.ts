import { refuse } from '../requests/refusal.ts';
import { countOne, type Holder, limitAtOnce, type ProvePassword, type SharedPasswords } from './limiting.ts';
import type { AccountPorts } from './ports.ts';
import { failedLoginLimits } from './rate-limits.ts';
import type { User } from './user.ts';

/**
 * An unknown e-mail and a wrong password are refused alike and take the same work. An address with too many failures is refused before any
 * work; what is being verified counts as failed until it is known. A password whose hash took less work than hashes take now, or is of another
 * form than NFC, is hashed anew; its tokens stay good.
 */
export function provePassword({
  users,
  passwords,
  rateLimitStore,
  clock,
}: Pick<AccountPorts, 'users' | 'rateLimitStore' | 'clock'> & { readonly passwords: SharedPasswords }): ProvePassword {
  const limited = limitAtOnce({ rateLimitStore }, 'too_many_failed_logins');
  return ({ email, password, from, holders }) => {
    const limits = failedLoginLimits(email, from);
    const now = clock();
    return limited(limits, now, async () => {
      const credentials = await users.findCredentials(email);
      const verdict = await passwords.verify(password, credentials?.passwordHash, holders);
      if (verdict === 'wrong' || credentials === undefined) {
        await countOne({ rateLimitStore }, limits, now);
        return refuse('wrong_credentials', {});
      }
      // Whatever keeps it from being stored, the password was right; the next login tries again.
      if (verdict === 'outdated') await rehash(credentials.user, password, holders).catch(() => undefined);
      return credentials.user;
    });
  };
  /** Keeps the password under a costlier hash; where it was changed meanwhile, which raises the token version, the new one stays. */
  async function rehash({ id, tokenVersion }: User, password: string, holders: readonly Holder[]): Promise<void> {
    const passwordHash = await passwords.hash(password, holders);
    await users.change(id, { actor: 'operator' }, ({ user }) => (user?.tokenVersion === tokenVersion ? { user, passwordHash } : user && { user }));
  }
}
