import { createHash, timingSafeEqual } from 'node:crypto';
import { refuse } from '@ticket/domain';
import { createMiddleware } from 'hono/factory';
import type { Registry } from 'prom-client';
import type { AppEnv } from './env.ts';
import { answer } from './envelope.ts';

/** The page that Prometheus scrapes. If a token is set, requests need it. */
export const metricsPage = (registry: Registry, token: string | undefined) =>
  createMiddleware<AppEnv>(async (c) => {
    if (token !== undefined && !isSame(c.req.header('Authorization'), `Bearer ${token}`)) refuse('unauthenticated', {});
    return answer(c, 200, await registry.metrics(), { 'Content-Type': registry.contentType });
  });

/** Compares hashes, which have the same length, in constant time. So the time does not show how much of a guessed token was right. */
const isSame = (given: string | undefined, expected: string): boolean => timingSafeEqual(digest(given ?? ''), digest(expected));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
