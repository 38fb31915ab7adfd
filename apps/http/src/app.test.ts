import { createHash } from 'node:crypto';
import { everyUseCase, type Policies, PROFILES, type UseCases } from '@ticket/adapters';
import { Unavailable } from '@ticket/domain';
import { inMemoryPorts } from '@ticket/domain/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApp } from './app.ts';
import { securityHeaders } from './every-answer.ts';
import { createMetrics } from './metrics.ts';

const ID = '770e8400-e29b-41d4-a716-446655440000';
const ORIGIN = 'https://tickets.example';
const JSON_TYPE = 'application/json; charset=UTF-8';
const CONCERT = { name: 'Jazz', location: 'Palembang', event_date: '2031-01-02T19:00:00+07:00', ticket_price: 19.99, total_tickets: 10 };
const failure = (message: string, errors: unknown = null) => ({ success: false, code: expect.any(String), message, errors });

/** As much of replies as is looked into here. */
interface Reply {
  readonly message: string;
  readonly errors: readonly { readonly field: string }[];
  readonly data: { readonly id: string } & readonly { readonly organizer: unknown }[];
}

/** An app on an empty store, with an admin, a user and another user. */
async function setUp(policies: Policies = PROFILES.open, broken: Partial<UseCases> = {}) {
  const ports = inMemoryPorts({ policy: policies.selling, accountPolicy: policies.accounts });
  const useCases = everyUseCase(ports);
  const app = createApp({
    useCases: { ...useCases, ...broken },
    tokens: ports.tokens,
    fingerprint: (parts) => createHash('sha256').update(parts.join('')).digest('hex'),
    trustedProxies: 0,
    corsOrigins: [ORIGIN],
    readiness: async () => ({ state: 'ready', ordersRefused: undefined }),
    policies,
    version: '1.2.3',
    log: () => {},
    metrics: createMetrics(),
    metricsToken: undefined,
  });
  const account = async (email: string, role: 'user' | 'admin') => {
    const { value: user } = await useCases.createUser(
      { actor: 'operator' },
      { name: email, email: `${email}@example.com`, password: 'correct horse', role },
    );
    return { id: user.id, token: await ports.tokens.issue(user) };
  };
  const people = { admin: await account('admin', 'admin'), user: await account('user', 'user'), other: await account('other', 'user') };
  const request = (
    method: string,
    path: string,
    { token, body, headers = {} }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ) =>
    app.request(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const ask = async (...parts: Parameters<typeof request>) => {
    const answer = await request(...parts);
    const reply: Reply = JSON.parse(await answer.text());
    return [answer.status, reply] as const;
  };
  return { app, request, ask, ...people };
}
let at: Awaited<ReturnType<typeof setUp>>;
beforeEach(async () => {
  at = await setUp();
});

const UP = { name: 'Ticket Platform API', version: '1.2.3', status: 'up', openapi: '/openapi.json' };

describe('a request', () => {
  it('for the root learns name, version, that the server is up, and where the API is described', async () => {
    expect(await at.ask('GET', '/', { headers: { Authorization: 'Basic x' } })).toEqual([
      200,
      { success: true, message: 'Ticket Platform API berjalan', data: { ...UP, docs: '/docs' } },
    ]);
    // A server without the page does not name it.
    const locked = await setUp(PROFILES.locked);
    expect((await locked.ask('GET', '/'))[1].data).toEqual(UP);
  });

  it.each([
    '/api',
    '/api/',
    '/api/nope',
    '/api/users//',
    '//api/users',
    '/api//users',
    '/API/users',
    '/api/users/1/2',
    '/api/auth',
    '//',
    '/favicon.ico',
  ])('for %s finds nothing', async (path) => {
    const body = 'x'.repeat(70_000);
    expect(await at.ask('POST', path, { body, headers: { Authorization: 'Basic x' } })).toEqual([404, failure('Endpoint tidak ditemukan')]);
  });

  it.each([
    ['PATCH', '/api/users', 'GET, HEAD, POST'],
    ['PATCH', `/api/bookings/${ID}`, 'GET, HEAD, DELETE'],
    ['GET', '/api/auth/login', 'POST'],
    ['PUT', `/api/bookings/${ID}/status`, 'PATCH'],
    ['PROPFIND', '/', 'GET, HEAD'],
  ])('%s %s hears what the path allows', async (method, path, allow) => {
    const answer = await at.request(method, path, { headers: { Authorization: 'Basic x' } });
    expect([answer.status, answer.headers.get('Allow'), await answer.json()]).toEqual([405, allow, failure('Metode tidak diizinkan')]);
    const options = await at.request('OPTIONS', path);
    expect([options.status, options.headers.get('Allow'), await options.text()]).toEqual([204, allow, '']);
  });

  it('with HEAD gets the headers alone', async () => {
    const answer = await at.request('HEAD', '/api/events');
    expect([answer.status, answer.headers.get('X-Total-Count'), await answer.text()]).toEqual([200, '0', '']);
  });

  it('is answered with headers for data, not for a page', async () => {
    const expected = {
      'cache-control': expect.stringMatching(/^no-store$|^(?:public|private), no-cache$/),
      'content-security-policy': "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    };
    const { token } = at.admin;
    const preflight = { Origin: ORIGIN, 'Access-Control-Request-Method': 'POST' };
    const answers: [status: number, type: string | null, ...Parameters<typeof at.request>][] = [
      [200, JSON_TYPE, 'GET', '/'],
      [200, JSON_TYPE, 'GET', '/api/users'],
      [200, JSON_TYPE, 'HEAD', '/api/users'],
      [200, JSON_TYPE, 'GET', '/openapi.json'],
      [200, 'text/plain; version=0.0.4; charset=utf-8', 'GET', '/metrics'],
      [201, JSON_TYPE, 'POST', '/api/events', { token, body: CONCERT, headers: { 'Idempotency-Key': 'once' } }],
      [201, JSON_TYPE, 'POST', '/api/events', { token, body: CONCERT, headers: { 'Idempotency-Key': 'once' } }],
      [204, null, 'OPTIONS', '/api/events'],
      [204, null, 'OPTIONS', '/api/events', { headers: preflight }],
      [304, null, 'GET', '/api/bookings', { token, headers: { 'If-None-Match': '*' } }],
      [400, JSON_TYPE, 'GET', '/api/users/1'],
      [401, JSON_TYPE, 'GET', '/api/auth/me'],
      [404, JSON_TYPE, 'GET', '/api/nope'],
      [405, JSON_TYPE, 'PATCH', '/api/users'],
      [413, JSON_TYPE, 'POST', '/api/events', { token, body: 'x'.repeat(70_000) }],
    ];
    const broken = await setUp(PROFILES.open, {
      readEvent: () => Promise.reject(new Error('a bug')),
      listEvents: () => Promise.reject(new Unavailable('the database is away')),
    });
    const many = await setUp();
    for (const _ of Array(1501)) await many.request('POST', '/api/events', { token: many.admin.token, body: CONCERT });
    const all = [
      ...answers.map((answer) => [at, ...answer] as const),
      [broken, 500, JSON_TYPE, 'GET', `/api/events/${ID}`] as const,
      [broken, 503, JSON_TYPE, 'GET', '/api/events'] as const,
      [many, 200, JSON_TYPE, 'GET', '/api/events'] as const,
    ];
    expect((await many.request('GET', '/api/events')).headers.get('ETag'), 'streamed, not sent whole').toBeNull();
    const replayed: (string | null)[] = [];
    for (const [app, status, type, ...asked] of all) {
      const { status: given, headers } = await app.request(...asked);
      replayed.push(headers.get('Idempotency-Replayed'));
      const what = asked.join(' ');
      expect([given, headers.get('Content-Type')], what).toEqual([status, type]);
      expect(Object.fromEntries(headers), what).toMatchObject(expected);
      expect(headers.get('X-Request-Id'), what).toMatch(/^[\da-f-]{36}$/);
      expect([headers.get('Strict-Transport-Security'), headers.get('X-Powered-By')], what).toEqual([null, null]);
    }
    expect(replayed.filter((value) => value !== null)).toEqual(['true']);
    const locked = await setUp(PROFILES.locked);
    expect((await locked.request('GET', '/')).headers.get('Strict-Transport-Security')).toBe('max-age=31536000'); // a year
    expect(securityHeaders(PROFILES.locked, true)['Strict-Transport-Security']).toBe('max-age=31536000; includeSubDomains');
  });

  it('keeps the id it came with, unless that is no id', async () => {
    expect((await at.request('GET', '/', { headers: { 'X-Request-Id': 'trace-1' } })).headers.get('X-Request-Id')).toBe('trace-1');
    expect((await at.request('GET', '/', { headers: { 'X-Request-Id': 'tr ace' } })).headers.get('X-Request-Id')).not.toBe('tr ace');
  });
});

describe('checks come in their order', () => {
  const wrong = { body: 'x', headers: { 'Content-Type': 'text/plain' } };
  const large = { body: 'x'.repeat(70_000), headers: { 'Content-Type': 'text/plain', Authorization: 'Basic x' } };
  const status = async (...parts: Parameters<typeof at.request>) => (await at.request(...parts)).status;

  it('on a route that changes an event', async () => {
    const [, { data: event }] = await at.ask('POST', '/api/events', { token: at.admin.token, body: CONCERT });
    const path = `/api/events/${event.id}`;
    expect(await status('PUT', '/api/events/x', large)).toBe(413);
    expect(await status('PUT', '/api/events/x', wrong)).toBe(401);
    expect(await status('PUT', '/api/events/x', { ...wrong, token: at.user.token })).toBe(400);
    expect(await status('PUT', `/api/events/${ID}`, { ...wrong, token: at.user.token })).toBe(404);
    expect(await status('PUT', path, { ...wrong, token: at.user.token })).toBe(403);
    expect(await status('PUT', path, { ...wrong, token: at.admin.token })).toBe(415);
    expect(await at.ask('PUT', path, { body: '{', token: at.admin.token })).toEqual([400, failure('JSON tidak valid')]);
    expect(await status('PUT', path, { body: { total_tickets: 0 }, token: at.admin.token })).toBe(400);
    expect(await status('PUT', path, { body: {}, token: at.admin.token })).toBe(200);
  });

  it('on a route that needs no row', async () => {
    expect(await status('POST', '/api/events', large)).toBe(413);
    expect(await status('POST', '/api/events', wrong)).toBe(401);
    expect(await status('POST', '/api/events', { ...wrong, token: at.user.token })).toBe(403);
    expect(await status('POST', '/api/events', { ...wrong, token: at.admin.token })).toBe(415);
    expect(await status('POST', '/api/events', { body: {}, token: at.admin.token })).toBe(400);
  });

  it('on lists', async () => {
    const locked = await setUp(PROFILES.locked);
    expect((await locked.request('GET', '/api/users?limit=0')).status).toBe(401);
    expect((await locked.request('GET', '/api/users?limit=0', { token: locked.user.token })).status).toBe(403);
    expect((await locked.request('GET', '/api/users?limit=0', { token: locked.admin.token })).status).toBe(400);
  });
});

describe('a list', () => {
  it('comes in pages, on request with its total', async () => {
    const answer = await at.request('GET', '/api/users?limit=2&offset=0&total=true&utm_source=mail');
    expect(await answer.json()).toMatchObject({ data: [{ id: at.admin.id }, { id: at.user.id }] });
    expect(answer.headers.get('X-Total-Count')).toBe('3');
    expect(answer.headers.get('Link')).toContain('</api/users?limit=2&offset=2&total=true>; rel="next"');
    const rest = await at.request('GET', '/api/users?limit=2&offset=2');
    expect(await rest.json()).toMatchObject({ data: [{ id: at.other.id }] });
    expect([rest.headers.get('X-Total-Count'), rest.headers.get('Link')]).toEqual([null, expect.not.stringContaining('rel="next"')]);
  });

  it('comes whole in open, in pages of 100 in locked', async () => {
    const fill = async ({ ask, admin }: typeof at) => {
      for (let n = 0; n < 101; n += 1) await ask('POST', '/api/events', { token: admin.token, body: CONCERT });
    };
    await fill(at);
    expect((await at.ask('GET', '/api/events'))[1].data).toHaveLength(101);
    const locked = await setUp(PROFILES.locked);
    await fill(locked);
    const answer = await locked.request('GET', '/api/events');
    const { data }: Reply = JSON.parse(await answer.text());
    expect([data.length, answer.headers.get('Link')]).toEqual([
      100,
      expect.stringMatching(/, <\/api\/events\?limit=100&cursor=[\w.-]+>; rel="next"$/),
    ]);
    expect(data[0]?.organizer).toMatchObject({ id: locked.admin.id, email: null });
    expect((await locked.request('GET', '/api/events?limit=101')).status).toBe(400);
  });
});
