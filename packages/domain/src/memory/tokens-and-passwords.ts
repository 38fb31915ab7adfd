import type { PasswordHasher, TokenService } from '../accounts/ports.ts';
import type { ActorRef } from '../requests/actor.ts';

/** A token service for tests. Its tokens are readable, and do not expire. It accepts only tokens that it issued. */
export function fakeTokens(): TokenService {
  const issued = new Map<string, ActorRef>();
  return {
    async issue({ id: userId, tokenVersion }) {
      const token = `token-of.${userId}.${tokenVersion}.${issued.size}`;
      issued.set(token, { userId, tokenVersion });
      return token;
    },
    verify: async (token) => issued.get(token),
  };
}

/** A fast hasher for tests, which is not secure. It has a salt, and its hashes contain their cost. */
export function fakePasswords({ cost = 1 } = {}): PasswordHasher {
  let salts = 0;
  const hashWith = (salt: number, password: string) => {
    let sum = salt;
    for (let at = 0; at < password.length; at += 1) sum = (Math.imul(sum, 31) + password.charCodeAt(at)) >>> 0;
    return `${salt}.${sum}`;
  };
  return {
    atOnceMax: Number.POSITIVE_INFINITY,
    hash: async (password) => `hash.${cost}.${hashWith(++salts, password)}`,
    verify: async (password, hash) => {
      const [, , salt, sum] = hash?.split('.') ?? [];
      return `${salt}.${sum}` === hashWith(Number(salt), password);
    },
    needsRehash: (hash) => Number(hash.split('.')[1]) < cost,
  };
}
