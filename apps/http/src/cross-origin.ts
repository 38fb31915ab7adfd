import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { AppEnv } from './env.ts';

const EXPOSED_HEADERS = 'X-Request-Id,ETag,Link,X-Total-Count,Retry-After,Idempotency-Replayed';
/** A browser repeats the preflight after this time: rarely, and soon enough to notice an origin that was removed from the list. */
const PREFLIGHT_SECONDS = 600;

/**
 * Lets the scripts of listed origins read answers in a browser; of any other nothing is said, so a browser keeps them out. No cookies
 * are involved: the Authorization header alone names the actor. An OPTIONS that is no preflight is answered as without this.
 */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler<AppEnv> {
  const preflight = cors({
    origin: [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-None-Match', 'X-Request-Id', 'traceparent', 'tracestate'],
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
