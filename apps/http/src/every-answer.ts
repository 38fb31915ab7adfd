import type { Policy } from '@ticket/domain';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './env.ts';

/**
 * What every answer says beside its own: the request's id, and that it is data and never a page, so nothing may frame it, guess
 * its type, keep it or follow from it. The id is the client's own, where it is fit for a line of the log.
 */
export function everyAnswer({ profile }: Policy): MiddlewareHandler<AppEnv> {
  const always = {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    ...(profile === 'locked' ? { 'Strict-Transport-Security': 'max-age=15552000; includeSubDomains' } : {}),
    'X-Content-Type-Options': 'nosniff',
  };
  return (c, next) => {
    const given = c.req.header('X-Request-Id');
    const requestId = given !== undefined && FIT.test(given) ? given : crypto.randomUUID();
    c.set('requestId', requestId);
    c.set('headers', { 'X-Request-Id': requestId, ...always });
    return next();
  };
}

const FIT = /^[\w=-]{1,255}$/;
