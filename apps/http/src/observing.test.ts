import { createHash } from 'node:crypto';
import { everyUseCase, PROFILES } from '@ticket/adapters';
import { Unavailable } from '@ticket/domain';
import { type InMemoryPorts, inMemoryPorts } from '@ticket/domain/memory';
import { describe, expect, it } from 'vitest';
import { createApp } from './app.ts';
import { createMetrics } from './metrics.ts';
import type { Log } from './report.ts';

const ID = '770e8400-e29b-41d4-a716-446655440000';

/** An app, what it wrote into its log, and what it counted. */
function setUp({
  debug = false,
  ports = inMemoryPorts({ policy: PROFILES.open.selling, accountPolicy: PROFILES.open.accounts }),
}: {
  debug?: boolean;
  ports?: InMemoryPorts;
} = {}) {
  const lines: Record<string, unknown>[] = [];
  const log: Log = Object.assign((line: Record<string, unknown>) => void lines.push(line), { debug });
  const metrics = createMetrics();
  const app = createApp({
    useCases: everyUseCase(ports),
    tokens: ports.tokens,
    fingerprint: (parts) => createHash('sha256').update(parts.join('')).digest('hex'),
    trustedProxies: 0,
    corsOrigins: [],
    readiness: async () => ({ state: 'ready', ordersRefused: undefined }),
    policies: PROFILES.open,
    version: '1.2.3',
    log,
    metrics,
    metricsToken: undefined,
  });
  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}, from?: string) => {
    const request = {
      method,
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    return app.request(path, request, from === undefined ? {} : { incoming: { socket: { remoteAddress: from } } });
  };
  const counted = async (name: string): Promise<Record<string, number>> => {
    const text = await metrics.registry.getSingleMetricAsString(name);
    return Object.fromEntries([...text.matchAll(/^([^#\s]\S*) (\S+)$/gm)].map(([, series = '', value]) => [series, Number(value)]));
  };
  /** The one line of a request. */
  const seen = async (...request: Parameters<typeof ask>) => {
    await ask(...request);
    expect(lines).toHaveLength(1);
    return lines[0];
  };
  return { ask, lines, seen, counted, ports };
}

const ANI = { name: 'Ani', email: 'ani@example.com', password: 'correct horse' };

describe('a line of the log', () => {
  it('is written of what may have changed something, with who it was and how long it took', async () => {
    const { ask, lines } = setUp();
    const reply: unknown = await (await ask('POST', '/api/auth/register', ANI)).json();
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'request',
        method: 'POST',
        route: '/api/auth/register',
        path: '/api/auth/register',
        status: 201,
        requestId: expect.stringMatching(/^[\w-]{36}$/),
        milliseconds: expect.any(Number),
        userId: expect.stringMatching(/^\w/),
        account: expect.stringMatching(/./),
        security: ['registered'],
        whom: lines[0]?.['userId'],
        role: 'user',
      },
    ]);
    expect(reply).toMatchObject({ data: { user: { id: lines[0]?.['userId'] } } });
  });

  it('is written of what was refused, with the reason and the id in its path', async () => {
    const { ask, lines } = setUp();
    const answer = await ask('GET', `/api/events/${ID}?secret=1`, undefined, { 'X-Request-Id': 'mine' });
    expect(answer.status).toBe(404);
    expect(lines).toMatchObject([
      { level: 'info', requestId: 'mine', route: '/api/events/:id', path: `/api/events/${ID}`, status: 404, reason: 'not_found' },
    ]);
  });

  it.each([
    ['GET', '/api/nothing', 404, 'unknown', 'no_such_route'],
    ['PATCH', '/api/events', 405, 'unknown', 'method_not_allowed'],
    ['POST', '/api/events', 401, '/api/events', 'unauthenticated'],
    ['POST', '/api/auth/login', 415, '/api/auth/login', 'unreadable_body'],
  ])('says why %s %s was not granted', async (method, path, status, route, reason) => {
    const { ask, lines } = setUp();
    await ask(method, path);
    expect(lines).toMatchObject([{ level: 'info', method, status, route, reason }]);
  });

  it('holds of a path only what the server has names for', async () => {
    const { ask, lines } = setUp();
    await ask('GET', '/api/users/ani@example.com');
    await ask('GET', `/v1/api/events/hunter2%0d%0aforged/${ID}`);
    expect(lines).toMatchObject([
      { route: '/api/users/:id', path: '/api/users/…' },
      { route: 'unknown', path: `/…/api/events/…/${ID}` },
    ]);
  });

  it('is written of other reads at level debug alone', async () => {
    const quiet = setUp();
    await quiet.ask('GET', '/api/events');
    expect(quiet.lines).toEqual([]);
    const talkative = setUp({ debug: true });
    await talkative.ask('GET', '/api/events');
    expect(talkative.lines).toMatchObject([{ level: 'debug', route: '/api/events', status: 200 }]);
  });

  it('of a login tells from where it came, for which account and as whom, and never the e-mail', async () => {
    const { ask, lines } = setUp();
    await ask('POST', '/api/auth/register', ANI);
    await ask('POST', '/api/auth/login', ANI, {}, '192.0.2.7');
    await ask('POST', '/api/auth/login', { ...ANI, email: ' ANI@example.com', password: 'wrong' }, {}, '2001:db8::7');
    await ask('POST', '/api/auth/login', { ...ANI, email: 'nobody@example.com' }, {}, '192.0.2.8');
    const [registered, granted, failed, unknown] = lines;
    expect(granted).toMatchObject({ status: 200, client: '192.0.2.7', security: ['logged_in'], whom: registered?.['userId'] });
    expect(failed).toMatchObject({ status: 401, client: '2001:db8:0:0::/64', reason: 'wrong_credentials' });
    expect(failed).not.toHaveProperty('security');
    expect([registered, granted, failed].map((line) => line?.['account'])).toEqual(Array(3).fill(expect.stringMatching(/^[\da-f]{16}$/)));
    expect(new Set([registered, granted, failed].map((line) => line?.['account'])).size).toBe(1);
    expect(unknown).toMatchObject({ status: 401, client: '192.0.2.8', account: expect.not.stringMatching(String(failed?.['account'])) });
    expect(JSON.stringify(lines).toLowerCase()).not.toMatch(/ani@|nobody@|example\.com/);
  });

  it('of a change to an account tells who set what, and on whose', async () => {
    const { ask, lines } = setUp();
    const admin = JSON.parse(await (await ask('POST', '/api/auth/register', { ...ANI, role: 'admin' })).text()).data;
    const as = { Authorization: `Bearer ${admin.token}` };
    const whom = JSON.parse(await (await ask('POST', '/api/users', { ...ANI, email: 'budi@example.com' }, as)).text()).data.id;
    const path = `/api/users/${whom}`;
    await ask('PUT', path, { password: 'another horse', role: 'admin' }, as);
    await ask('PUT', path, { email: 'budi@example.org' }, as);
    await ask('PUT', path, { email: 'no e-mail' }, as);
    await ask('DELETE', path, undefined, as);
    expect(lines.slice(1)).toMatchObject([
      { status: 201, userId: admin.user.id, security: ['user_created'], whom, role: 'user' },
      { status: 200, userId: admin.user.id, security: ['password_set', 'role_set'], whom, role: 'admin' },
      { status: 200, userId: admin.user.id, security: ['email_set'], whom },
      { status: 400, userId: admin.user.id, path },
      { status: 200, userId: admin.user.id, security: ['user_deleted'], whom },
    ]);
    expect(lines[4]).not.toHaveProperty('security');
  });

  it.each([
    ['warn', 'unavailable', 503, new Unavailable('the database went away', { cause: new Error('10.0.0.7') })],
    ['warn', 'outcome_unknown', 503, new Unavailable('the answer to COMMIT was lost', { outcome: 'unknown' })],
    ['error', 'failed', 500, new Error('SELECT * FROM users failed')],
  ])('of level %s tells what failed (%s), in one line, without the words of the error', async (level, reason, status, error) => {
    const ports = inMemoryPorts({ policy: PROFILES.open.selling, accountPolicy: PROFILES.open.accounts });
    const { ask, lines } = setUp({ ports: { ...ports, eventQueries: { ...ports.eventQueries, find: () => Promise.reject(error) } } });
    expect((await ask('GET', `/api/events/${ID}`)).status).toBe(status);
    expect(lines).toMatchObject([{ level, status, reason, error: { name: error.name } }]);
    expect(JSON.stringify(lines)).not.toMatch(/SELECT|10\.0/);
  });
});

describe('a line is sampled', () => {
  const broken = (error: Error) => {
    const ports = inMemoryPorts({ policy: PROFILES.open.selling, accountPolicy: PROFILES.open.accounts });
    return setUp({ ports: { ...ports, eventQueries: { ...ports.eventQueries, find: () => Promise.reject(error) } } });
  };
  it.each([
    ['which no route takes', 404, () => setUp().seen('GET', '/api/nothing')],
    ['which needs a token', 401, () => setUp().seen('GET', '/api/auth/me')],
    ['of somebody who guesses', 401, () => setUp().seen('POST', '/api/auth/login', ANI)],
    ['that a full queue refuses', 503, () => broken(new Unavailable('the queue is full')).seen('GET', `/api/events/${ID}`)],
  ])('of a request %s', async (_, status, seen) => {
    expect(await seen()).toMatchObject({ status, sampled: true });
  });

  it.each([
    ['that was granted', 201, () => setUp().seen('POST', '/api/auth/register', ANI)],
    ['that failed by a bug', 500, () => broken(new Error('a bug')).seen('GET', `/api/events/${ID}`)],
    ['of which nobody knows what became', 503, () => broken(new Unavailable('lost', { outcome: 'unknown' })).seen('GET', `/api/events/${ID}`)],
  ])('but not of one %s', async (_, status, seen) => {
    const line = await seen();
    expect(line).toMatchObject({ status });
    expect(line).not.toHaveProperty('sampled');
  });
});

describe('requests are counted', () => {
  it('by route, method and status, with few values of each', async () => {
    const { ask, counted } = setUp();
    for (const method of ['GET', 'HEAD', 'LINK']) await ask(method, '/api/events');
    for (let n = 0; n < 50; n++) await ask('GET', `/api/${n}`);
    const all = await counted('http_request_duration_seconds');
    expect(Object.fromEntries(Object.entries(all).filter(([series]) => series.includes('_count')))).toEqual({
      'http_request_duration_seconds_count{method="GET",route="/api/events",status="200"}': 1,
      'http_request_duration_seconds_count{method="HEAD",route="/api/events",status="200"}': 1,
      'http_request_duration_seconds_count{method="other",route="unknown",status="405"}': 1,
      'http_request_duration_seconds_count{method="GET",route="unknown",status="404"}': 50,
    });
  });

  it('by reason where they are not granted, and every reason is there before its first time', async () => {
    const { ask, counted } = setUp();
    const before = await counted('tickets_refusals_total');
    expect(Object.keys(before).length).toBeGreaterThan(20);
    expect(new Set(Object.values(before))).toEqual(new Set([0]));
    await ask('POST', '/api/auth/register', ANI);
    for (let n = 0; n < 3; n++) await ask('POST', '/api/auth/login', { ...ANI, password: 'wrong' });
    await ask('POST', '/api/auth/login', { email: 1 });
    const after = await counted('tickets_refusals_total');
    const rose = Object.entries(after).filter(([series, value]) => value !== before[series]);
    expect(Object.fromEntries(rose)).toEqual({
      'tickets_refusals_total{reason="wrong_credentials"}': 3,
      'tickets_refusals_total{reason="invalid_input"}': 1,
    });
  });
});
