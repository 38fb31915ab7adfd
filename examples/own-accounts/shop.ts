import { createHash, randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPlatformWithoutAccounts, PROFILES } from '@ticket/adapters';
import { type RequestContext, refuse } from '@ticket/domain';
import Database from 'libsql';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Compared for an unknown e-mail, so that the time of the answer does not tell who is a customer. */
const NOBODY = { id: 'nobody', salt: randomBytes(16), hash: randomBytes(32) };
/** As much work as OWASP advises where scrypt uses 16 MiB of memory. */
const hashOf = promisify<string, Buffer, Buffer>((password, salt, done) => scrypt(password, salt, 32, { N: 2 ** 14, r: 8, p: 5 }, done));
/** Digests are stored, and not tokens: a stolen copy of the table opens no session. */
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Signs customers in, and sells on a platform that stores nothing of them except their ids. */
export async function openShop(folder: string) {
  const { connect, close, useCases } = createPlatformWithoutAccounts({ database: { engine: 'sqlite', folder }, policies: PROFILES.locked });
  await connect(); // makes the folder
  const accounts = new Database(join(folder, 'accounts.sqlite'));
  accounts.exec(`CREATE TABLE IF NOT EXISTS customers (id, email UNIQUE, salt, hash);
    CREATE TABLE IF NOT EXISTS sessions (digest UNIQUE, customerId, endsAt)`);
  const add = accounts.prepare('INSERT INTO customers VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const customerOf = (email: string) => accounts.prepare('SELECT * FROM customers WHERE email = ?').get(email) as typeof NOBODY | undefined;
  const begin = accounts.prepare('INSERT INTO sessions VALUES (?, ?, ?)');
  const sessionOf = accounts.prepare('SELECT customerId FROM sessions WHERE digest = ? AND endsAt > ?');
  return {
    useCases,
    async signUp(email: string, password: string): Promise<void> {
      const salt = randomBytes(16);
      if (add.run(randomUUID(), email, salt, await hashOf(password, salt)).changes === 0) refuse('email_taken', {});
    },
    /** Gives the token of a session that lasts a day. */
    async signIn(email: string, password: string): Promise<string> {
      const { id, salt, hash } = customerOf(email) ?? NOBODY;
      if (!timingSafeEqual(await hashOf(password, salt), hash)) refuse('wrong_credentials', {});
      const token = randomBytes(32).toString('base64url');
      begin.run(digestOf(token), id, Date.now() + DAY_MS);
      return token;
    },
    /** The first argument of every use case: the customer who has the token, for whom the shop vouches. */
    contextOf(token: string): RequestContext {
      const session = sessionOf.get(digestOf(token), Date.now()) as { customerId: string } | undefined;
      return { actor: session === undefined ? 'anonymous' : { userId: session.customerId, role: 'user' } };
    },
    close,
  };
}
