import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';

/** A browser asks this rarely enough, and hears soon enough of an origin that was taken off the list. */
const PREFLIGHT_SECONDS = 600;

/**
 * Lets the scripts of listed origins read answers in a browser; of any other nothing is said, so a browser keeps them out. No cookies
 * are involved: who asks is told by the Authorization header alone. An OPTIONS that is no preflight is answered as without this.
 */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler {
  const listed = cors({
    origin: [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-None-Match'],
    exposeHeaders: ['X-Request-Id', 'ETag', 'Link', 'X-Total-Count', 'Retry-After', 'Idempotency-Replayed'],
    maxAge: PREFLIGHT_SECONDS,
  });
  return async (c, next) => {
    const isPreflight = c.req.header('Access-Control-Request-Method') !== undefined;
    if (origins.includes(c.req.header('Origin') ?? '') && (isPreflight || c.req.method !== 'OPTIONS')) return listed(c, next);
    await next();
    if (origins.length > 0) c.header('Vary', 'Origin', { append: true });
  };
}
