import type { ActorRef } from '@ticket/domain';
import type { TokenService, User } from '@ticket/domain/accounts';
import { type CryptoKey, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';

/** The clocks of two servers may differ by this much, so that one accepts a token that the other has just issued. */
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * The issuer, the audience and the use of a token. They are constants that name this program. The secret distinguishes installations
 * (docs/decisions/0034-what-a-token-is-for.md).
 */
const PURPOSE = { iss: 'ticket-platform', aud: 'ticket-platform-api', token_use: 'access' } as const;
const PURPOSE_CLAIMS = Object.keys(PURPOSE) as (keyof typeof PURPOSE)[];
/** Every version has issued this type, so no other is accepted. */
const TYPE = 'JWT';

/** The size of the cache of verified tokens, in bytes of their text: about 20,000 tokens. */
const CACHE_BYTES = 8 * 1024 * 1024;
/** A longer token is not cached, so that it cannot push others out. Our tokens are shorter. */
const CACHED_TOKEN_BYTES = 1024;

interface Verified {
  readonly ref: ActorRef;
  readonly expiresAtSeconds: number;
}

/**
 * Issues and verifies tokens with HS256 only. The claims are the five specified ones, the three of `PURPOSE`, and `ver`, which is the token
 * version in the user's row. A new password and a logout raise that version. The role claim is for clients to read. Rights come from the
 * row.
 *
 * An issued or verified token is cached until it expires. To verify one takes more time than parsing the rest of a request, and it uses the
 * threads that hash passwords. So during a sale, tokens of users who logged in before need no verification. Only the holder is cached, not
 * their rights, so a change of the user counts at once.
 */
export class JoseTokenService implements TokenService {
  readonly #secret: string;
  readonly #ttlSeconds: number;
  readonly #verified = new LRUCache<string, Verified>({
    maxSize: CACHE_BYTES,
    maxEntrySize: CACHED_TOKEN_BYTES,
    sizeCalculation: (_, token) => token.length,
  });
  #key: Promise<CryptoKey> | undefined;

  constructor({ secret, ttlSeconds }: { readonly secret: string; readonly ttlSeconds: number }) {
    this.#secret = secret;
    this.#ttlSeconds = ttlSeconds;
  }

  async issue({ id, email, role, tokenVersion }: User): Promise<string> {
    const issuedAtSeconds = Math.floor(Date.now() / 1000);
    const expiresAtSeconds = issuedAtSeconds + this.#ttlSeconds;
    const token = await new SignJWT({ id, email, role, ver: tokenVersion, ...PURPOSE })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE })
      .setIssuedAt(issuedAtSeconds)
      .setExpirationTime(expiresAtSeconds)
      .sign(await this.#importedKey());
    this.#verified.set(token, { ref: { userId: id, tokenVersion }, expiresAtSeconds });
    return token;
  }

  async verify(token: string): Promise<ActorRef | undefined> {
    const verified = this.#verified.get(token) ?? (await this.#verifySignature(token));
    return verified !== undefined && Date.now() / 1000 < verified.expiresAtSeconds ? verified.ref : undefined;
  }

  async #verifySignature(token: string): Promise<Verified | undefined> {
    try {
      const { payload } = await jwtVerify(token, await this.#importedKey(), {
        algorithms: ['HS256'],
        typ: TYPE,
        requiredClaims: ['id', 'email', 'role', 'iat', 'exp'],
        maxTokenAge: this.#ttlSeconds, // also refuses a token from the future
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      const { id, ver = 0, exp: expiresAtSeconds = 0, iat = 0 } = payload;
      if (!isForThisService(payload)) return undefined;
      if (typeof id !== 'string' || typeof ver !== 'number') return undefined;
      if (expiresAtSeconds > iat + this.#ttlSeconds) return undefined; // our tokens are never valid for longer
      const verified = { ref: { userId: id, tokenVersion: ver }, expiresAtSeconds };
      this.#verified.set(token, verified);
      return verified;
    } catch {
      return undefined; // the sender does not learn what is wrong with it
    }
  }

  /** The key is imported once, because a CryptoKey verifies three times as fast as bytes. */
  #importedKey(): Promise<CryptoKey> {
    this.#key ??= crypto.subtle.importKey('raw', new TextEncoder().encode(this.#secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
      'verify',
    ]);
    return this.#key;
  }
}

/** Our tokens have all three. Tokens of earlier versions have none of them, and are accepted until they expire. */
const isForThisService = (payload: JWTPayload): boolean =>
  PURPOSE_CLAIMS.every((claim) => payload[claim] === PURPOSE[claim]) || PURPOSE_CLAIMS.every((claim) => payload[claim] === undefined);
