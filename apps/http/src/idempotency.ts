import { type IdempotencyKey, isIdempotencyKey, KEY_CHARACTERS_MAX } from '@ticket/domain';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from './env.ts';
import { faults } from './messages.ts';
import { invalid } from './validate.ts';

/** Tells one request's content from another's. */
export type Fingerprint = (parts: readonly (string | Uint8Array)[]) => string;

/** The routes that make something: asked again under the same key, they make it once. Others ignore the header. */
export const KEYED_ROUTES = ['/api/bookings', '/api/events', '/api/users', '/api/auth/register'];

/**
 * Puts the Idempotency-Key into the attempt, with the fingerprint of route and body. That the answer is the first one's is
 * told by `Idempotency-Replayed: true`.
 */
export const idempotency = (fingerprint: Fingerprint) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const value = c.req.method === 'POST' ? c.req.header('Idempotency-Key') : undefined;
    if (value !== undefined) {
      if (!isIdempotencyKey(value)) throw invalid([{ field: 'Idempotency-Key', message: faults.idempotencyKey(KEY_CHARACTERS_MAX) }]);
      const key: IdempotencyKey = {
        value,
        fingerprint: fingerprint([`${c.req.method} ${c.req.path}\n`, new Uint8Array(await c.req.arrayBuffer())]),
        onReplay: () => c.header('Idempotency-Replayed', 'true'),
      };
      c.set('attempt', { ...c.get('attempt'), key });
    }
    await next();
  });
