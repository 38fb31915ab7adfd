import { everyUseCase, PROFILES, type Profile } from '@ticket/adapters';
import { inMemoryPorts } from '@ticket/domain/testing';
import { expect, it } from 'vitest';
import { createApp } from './app.ts';
import { createMetrics } from './metrics.ts';

const TOKEN = 'a-token-of-the-tests';
const NO_SUCH_ROUTE = { success: false, code: 'no_such_route', message: 'Endpoint tidak ditemukan', errors: null };

function scrape(profile: Profile, metricsToken: string | undefined, authorization?: string) {
  const ports = inMemoryPorts({ policy: PROFILES.open.selling, accountPolicy: PROFILES.open.accounts });
  const app = createApp({
    useCases: everyUseCase(ports),
    tokens: ports.tokens,
    fingerprint: String,
    trustedProxies: 0,
    corsOrigins: [],
    readiness: async () => ({ state: 'ready', ordersRefused: undefined }),
    policies: PROFILES[profile],
    version: '1.2.3',
    log: () => {},
    metrics: createMetrics(),
    metricsToken,
  });
  return app.request('/metrics', { headers: authorization === undefined ? {} : { Authorization: authorization } });
}

it.each([
  ['open', undefined, undefined, 200],
  ['open', TOKEN, undefined, 401],
  ['open', TOKEN, `Bearer ${TOKEN}`, 200],
  ['locked', undefined, undefined, 404],
  ['locked', undefined, 'Bearer undefined', 404],
  ['locked', TOKEN, undefined, 401],
  ['locked', TOKEN, `Bearer ${TOKEN.slice(0, -1)}`, 401],
  ['locked', TOKEN, `Bearer ${TOKEN}x`, 401],
  ['locked', TOKEN, TOKEN, 401],
  ['locked', TOKEN, `Bearer ${TOKEN}`, 200],
] as const)('the metrics, %s, with the token %s, to who sends %s: %d', async (profile, token, authorization, status) => {
  const answer = await scrape(profile, token, authorization);
  expect(answer.status).toBe(status);
  const text = await answer.text();
  expect(text.includes('http_request_duration_seconds')).toBe(status === 200);
  expect(answer.headers.get('Content-Type')).toMatch(status === 200 ? /^text\/plain; version=0\.0\.4/ : /^application\/json/);
  if (status === 404) expect(JSON.parse(text)).toEqual(NO_SUCH_ROUTE);
  const challenge = authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
  if (status === 401) expect([answer.headers.get('WWW-Authenticate'), JSON.parse(text).success]).toEqual([challenge, false]);
});
