import { type ActorRef, refuse } from '@ticket/domain';
import type { TokenService } from '@ticket/domain/accounts';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from './env.ts';

/** No token of ours is longer, so its signature is not checked. */
const TOKEN_CHARACTERS_MAX = 4096;

/** The routes that give a token need none. A client that still sends an old one must not be shut out. */
const WAYS_IN: readonly string[] = ['/api/auth/login', '/api/auth/register'];

/**
 * Finds the actor by the Authorization header alone. Without one they are anonymous. With one that holds no valid token they
 * are refused, on public routes too: an invalid credential never counts as none. The use case judges rights on the user's row.
 */
export const authenticate = (tokens: TokenService) =>
  createMiddleware<AppEnv>(async (c, next) => {
    c.set('context', { actor: WAYS_IN.includes(c.req.path) ? 'anonymous' : await actorOf(c.req.header('Authorization'), tokens) });
    await next();
  });

async function actorOf(header: string | undefined, tokens: TokenService): Promise<ActorRef> {
  if (header === undefined) return 'anonymous';
  const token = tokenIn(header);
  return (token === undefined ? undefined : await tokens.verify(token)) ?? refuse('unauthenticated', {});
}

/** The token68 of RFC 9110, 11.2. Two headers, which arrive joined by a comma, are none. */
function tokenIn(header: string): string | undefined {
  const token = /^bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
  return token !== undefined && token.length <= TOKEN_CHARACTERS_MAX ? token : undefined;
}
