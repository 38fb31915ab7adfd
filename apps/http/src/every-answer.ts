import type { Languages, Policies } from '@ticket/adapters';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './env.ts';
import { languageFor } from './language.ts';

type Headers = Readonly<Record<string, string>>;

/** A year, as OWASP ASVS 5.0, 3.4.1 requires. */
const HSTS = 'max-age=31536000';

/**
 * The headers of every answer, also of answers that the HTTP server gives without the app. They say that an answer is data and not a page.
 * So a browser does not show it in a frame, guess its type, store it or send a referrer.
 */
export const securityHeaders = ({ profile }: Pick<Policies, 'profile'>, hstsIncludeSubdomains = false): Headers => ({
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  ...(profile === 'locked' ? { 'Strict-Transport-Security': hstsIncludeSubdomains ? `${HSTS}; includeSubDomains` : HSTS } : {}),
  'X-Content-Type-Options': 'nosniff',
});

/** The request's id. The client's own id is used if it has a safe form for the log. */
export const requestIdFrom = (given: string | undefined): string => (given !== undefined && FIT.test(given) ? given : crypto.randomUUID());
const FIT = /^[\w=-]{1,255}$/;

/** Gives every answer of the app its headers and its language, and the request its id. */
export function everyAnswer(always: Headers, languages: Languages): MiddlewareHandler<AppEnv> {
  const [only, ...others] = languages;
  return (c, next) => {
    const requestId = requestIdFrom(c.req.header('X-Request-Id'));
    c.set('requestId', requestId);
    c.set('headers', { 'X-Request-Id': requestId, ...always });
    c.set('language', others.length === 0 ? only : languageFor(c.req.header('Accept-Language'), languages));
    if (others.length > 0) c.set('isNegotiated', true);
    return next();
  };
}
