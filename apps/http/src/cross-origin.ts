import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { AppEnv } from './env.ts';

const EXPOSED_HEADERS = 'X-Request-Id,ETag,Link,X-Total-Count,Retry-After,Idempotency-Replayed,Location';
/** A browser repeats the preflight after this time. It is long enough to be rare, and short enough after an origin was removed from the list. */
const PREFLIGHT_SECONDS = 600;

/**
 * Lets scripts of listed origins read answers in a browser. For other origins no header is sent, so the browser blocks them. There are no
 * cookies: only the Authorization header names the actor. An OPTIONS request that is not a preflight gets its usual answer.
 */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler<AppEnv> {
  const preflight = cors({
    origin: [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'X-Request-Id', 'traceparent', 'tracestate'],
    maxAge: PREFLIGHT_SECONDS,
  });
  return (c, next) => {
    const origin = c.req.header('Origin') ?? '';
    const isListed = origins.includes(origin);
    const isPreflight = c.req.method === 'OPTIONS' && c.req.header('Access-Control-Request-Method') !== undefined;
    if (isListed && isPreflight) {
      for (const [name, value] of Object.entries(c.get('headers'))) c.header(name, value);
      return preflight(c, next);
    }
    const headers = c.get('headers');
    headers['Vary'] = 'Origin';
    if (isListed && c.req.method !== 'OPTIONS') {
      headers['Access-Control-Allow-Origin'] = origin;
      headers['Access-Control-Expose-Headers'] = EXPOSED_HEADERS;
    }
    return next();
  };
}
