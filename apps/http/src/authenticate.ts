import { type ActorRef, refuse } from '@ticket/domain';
import type { TokenService } from '@ticket/domain/accounts';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from './env.ts';

/** A longer token is none of ours; it is not worth a signature check. */
const TOKEN_CHARACTERS_MAX = 4096;

/** The ways to a token need none; one that a client sends along all the same, expired perhaps, must not shut him out. */
const WAYS_IN: readonly string[] = ['/api/auth/login', '/api/auth/register'];

/**
 * Finds out who asks, from the Authorization header alone. Without one he is anonymous; with one that holds no good token he
 * is refused, on public routes too: a bad credential never passes for none. His rights are judged by the use case, on his row.
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
