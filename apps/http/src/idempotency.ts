import { type IdempotencyKey, isIdempotencyKey, KEY_CHARACTERS_MAX, refuse } from '@ticket/domain';
import { ownerOf } from '@ticket/domain/spi';
import type { Context, Next } from 'hono';
import { createMiddleware } from 'hono/factory';
import { bytesOf, isInVain } from './body.ts';
import type { AppEnv } from './env.ts';
import { fail } from './envelope.ts';
import { languageOf } from './language.ts';
import { faults, type Message, messages } from './messages.ts';
import { invalid } from './validate.ts';

/** Makes a text that differs if the content of two requests differs. */
export type Fingerprint = (parts: readonly (string | Uint8Array)[]) => string;

/** The routes that create something, and accept a key. Other routes ignore the header. */
export const KEYED_ROUTES = ['/api/bookings', '/api/events', '/api/users', '/api/auth/register'];

/**
 * Whether nobody filled in the key: a tool sends `<string>` from an imported document, or the name of a variable without a value. All its
 * users would share this key.
 */
const isPlaceholder = (key: string): boolean => /<[^<>]*>|\{\{[^{}]*\}\}/.test(key);

/** The fault of a key, if it has one. */
const faultOf = (key: string): Message | undefined => {
  if (!isIdempotencyKey(key)) return faults.idempotencyKey(KEY_CHARACTERS_MAX);
  return isPlaceholder(key) ? faults.keyPlaceholder : undefined;
};

/**
 * Puts the Idempotency-Key into the context, with the fingerprint of route and body. While the first request under a key runs in this
 * process, other requests with the key get 409 at once. A request on another server waits for the lock and finds the answer. So a key takes
 * effect at most once, even without this check.
 */
export const idempotency = (fingerprint: Fingerprint, earlier: readonly Fingerprint[] = []) => {
  /** The fingerprints of running requests, by owner and key. There are no more than requests in flight, which are limited. */
  const underWay = new Map<string, string>();
  const keyed = async (c: Context<AppEnv>, next: Next, value: string): Promise<Response | undefined> => {
    const fault = faultOf(value);
    if (fault !== undefined) {
      c.set('unusableKey', invalid([{ field: 'Idempotency-Key', message: fault[languageOf(c)] }]));
      await next();
      return undefined;
    }
    const bytes = await bytesOf(c);
    if (isInVain(c, bytes)) {
      await next();
      return undefined;
    }
    const parts = [`${c.req.method} ${c.req.path}\n`, bytes];
    const key: IdempotencyKey = {
      value,
      fingerprint: fingerprint(parts),
      earlierFingerprints: earlier.map((one) => one(parts)),
    };
    const context = c.get('context');
    const name = `${ownerOf(context.actor)} ${value}`;
    const first = underWay.get(name);
    if (first !== undefined && first !== key.fingerprint) refuse('idempotency_key_reused', {});
    if (first !== undefined) {
      c.set('reason', 'idempotency_key_in_progress');
      return fail(c, 'idempotency_key_in_progress', messages.keyUnderWay, null, { 'Retry-After': '1' });
    }
    c.set('context', { ...context, key });
    underWay.set(name, key.fingerprint);
    try {
      await next();
    } finally {
      underWay.delete(name);
    }
    return undefined;
  };
  return createMiddleware<AppEnv>((c, next) => {
    const value = c.req.method === 'POST' ? c.req.header('Idempotency-Key') : undefined;
    return value === undefined ? next() : keyed(c, next, value);
  });
};
