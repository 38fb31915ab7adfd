import { refuse } from '../requests/refusal.ts';
import { countOne, type Holder, limitAtOnce, type ProvePassword, type SharedPasswords } from './limiting.ts';
import type { AccountPorts } from './ports.ts';
import { failedLoginLimits } from './rate-limits.ts';
import type { User } from './user.ts';

/**
 * An unknown e-mail and a wrong password get the same refusal after the same work. A client with too many failures is refused before any
 * work. A running login counts as failed until it ends. If the stored hash has a lower cost than new hashes, or was not made from NFC, the
 * password is hashed again. Its tokens stay valid.
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
      // The password was right even if the new hash cannot be stored; the next login tries again.
      if (verdict === 'outdated') await rehash(credentials.user, password, holders).catch(() => undefined);
      return credentials.user;
    });
  };
  /** Stores a new hash of the same password. If the password was changed meanwhile, its token version is higher, and nothing is stored. */
  async function rehash({ id, tokenVersion }: User, password: string, holders: readonly Holder[]): Promise<void> {
    const passwordHash = await passwords.hash(password, holders);
    await users.change(id, { actor: 'operator' }, ({ user }) => (user?.tokenVersion === tokenVersion ? { user, passwordHash } : user && { user }));
  }
}
