import type { ActorRef, TokenService, User } from '@ticket/domain';
import { type CryptoKey, jwtVerify, SignJWT } from 'jose';

/** Clocks of two servers may differ this much; a token is never accepted longer than that past its end. */
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * HS256 and nothing else. The claims are the contract's five and `ver`, the token version of the user's row: whoever changes
 * his password leaves older tokens behind. The role claim is for clients to read; rights come from the row.
 */
export class JoseTokenService implements TokenService {
  readonly #secret: string;
  readonly #ttlSeconds: number;
  #key: Promise<CryptoKey> | undefined;

  constructor({ secret, ttlSeconds }: { readonly secret: string; readonly ttlSeconds: number }) {
    this.#secret = secret;
    this.#ttlSeconds = ttlSeconds;
  }

  async issue({ id, email, role, tokenVersion }: User): Promise<string> {
    return new SignJWT({ id, email, role, ver: tokenVersion })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuedAt()
      .setExpirationTime(`${this.#ttlSeconds}s`)
      .sign(await this.#importedKey());
  }

  async verify(token: string): Promise<ActorRef | undefined> {
    try {
      const { payload } = await jwtVerify(token, await this.#importedKey(), {
        algorithms: ['HS256'],
        requiredClaims: ['id', 'email', 'role', 'iat', 'exp'],
        maxTokenAge: `${this.#ttlSeconds}s`, // whatever `exp` says; also refuses a token from the future
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      const { id, ver = 0 } = payload;
      return typeof id === 'string' && typeof ver === 'number' ? { userId: id, tokenVersion: ver } : undefined;
    } catch {
      return undefined; // whatever is wrong with it, its sender learns no more than that
    }
  }

  /** Imported once: a CryptoKey verifies three times as fast as bytes. */
  #importedKey(): Promise<CryptoKey> {
    this.#key ??= crypto.subtle.importKey('raw', new TextEncoder().encode(this.#secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
      'verify',
    ]);
    return this.#key;
  }
}
