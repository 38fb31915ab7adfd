import { type ActorRef, refuse } from '@ticket/domain';
import type { TokenService } from '@ticket/domain/accounts';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from './env.ts';

/** Our tokens are shorter, so the signature of a longer one is not checked. */
const TOKEN_CHARACTERS_MAX = 4096;

/** The routes that give a token ignore the Authorization header, because a client with an expired token must be able to log in. */
const WAYS_IN: readonly string[] = ['/api/auth/login', '/api/auth/register'];

/**
 * Finds the actor only by the Authorization header. Without it the actor is `anonymous`. With an invalid token the request is refused, on
 * public routes too: an invalid token never counts as no token. The use case judges rights on the user's row.
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

/** The bearer token of the header (token68 of RFC 9110, 11.2). Two headers arrive joined by a comma, and do not count as a token. */
function tokenIn(header: string): string | undefined {
  const token = /^bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
  return token !== undefined && token.length <= TOKEN_CHARACTERS_MAX ? token : undefined;
}
