import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { type ClientOptions, createClient, NoAnswer, Refusal } from '@ticket/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RealServer, startServer } from '../../tools/real-server.ts';
import { CONCERT } from '../open-api.ts';
import { startFaultProxy } from './fault-proxy.ts';

/** Where the client sends requests, and what it sends there. */
let server: RealServer;
let token: string;
beforeAll(async () => {
  server = await startServer();
  const body = { name: 'Sari', email: 'sari@example.com', password: 'correct horse', role: 'admin' } as const;
  token = (await createClient({ baseUrl: server.url }).register({ body })).data.token;
});
afterAll(() => server?.stop());

describe('pages', () => {
  const names = async (options: Partial<ClientOptions>, limit: number, between = async () => {}) => {
    const found: string[] = [];
    const ids = new Set<string>();
    for await (const { data } of createClient({ baseUrl: server.url, token, ...options }).listEvents.pages({ query: { limit, total: true } })) {
      found.push(...data.map(({ name }) => name));
      for (const { id } of data) ids.add(id);
      await between();
    }
    expect(ids.size).toBe(found.length);
    return found;
  };
  const make = (count: number, name: string, year: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        createClient({ baseUrl: server.url, token }).createEvent({
          body: { ...CONCERT, name: `${name} ${index}`, event_date: `${year}-02-15T14:00:00Z` },
        }),
      ),
    );
  const BEFORE = Array.from({ length: 120 }, (_, index) => `here before ${index}`);
  beforeAll(() => make(BEFORE.length, 'here before', 2030));

  it('give every row that was there once, while rows come before and behind', async () => {
    const found = await names({}, 20, async () => {
      await make(3, 'early', 2029);
      await make(3, 'late', 2031);
    });
    expect(found.filter((name) => name.startsWith('here before')).toSorted()).toEqual(BEFORE.toSorted());
  });

  it('go on behind a proxy that has the API below a path, which the links of the server do not have', async () => {
    const proxy = await startFaultProxy(server.url, '/tickets');
    try {
      const found = await names({ baseUrl: `${proxy.url}/` }, 50);
      expect(BEFORE.filter((name) => !found.includes(name))).toEqual([]);
      expect(proxy.arrived.length).toBeGreaterThan(2);
      expect(proxy.arrived.filter(({ url }) => !url.startsWith('/tickets/api/events?'))).toEqual([]);
    } finally {
      await proxy.close();
    }
  });

  it('have as many rows as asked for, and 100 without a wish', async () => {
    const client = createClient({ baseUrl: server.url, token });
    for (const [query, rows] of [
      [{ limit: 7 }, 7],
      [{}, 100],
    ] as const) {
      const first = await client.listEvents.pages({ query }).next();
      expect(first.value?.data.length).toBe(rows);
    }
  });
});

describe('a server that sends the client elsewhere', () => {
  /** Every request that came, with its token. */
  let came: string[];
  let answers: { status: number; headers: Record<string, string>; body?: string }[];
  let here: Server;
  let elsewhere: Server;
  const addressOf = (one: Server) => `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
  const serve = (name: string) =>
    createServer((request, response) => {
      came.push(`${name} ${request.method} ${request.url} ${request.headers.authorization}`);
      request.resume().on('end', () => {
        const { status, headers, body = '' } = answers.shift() ?? { status: 200, headers: {} };
        response.writeHead(status, headers).end(body);
      });
    });
  beforeAll(async () => {
    [here, elsewhere] = [serve('here'), serve('elsewhere')];
    for (const one of [here, elsewhere]) await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    [came, answers] = [[], []];
  });
  afterAll(() => {
    for (const one of [here, elsewhere]) one?.close();
  });
  const EMPTY = '{"success":true,"message":"","data":[]}';
  const walk = async () => {
    for await (const _ of createClient({ baseUrl: addressOf(here), token: 'secret' }).listBookings.rows());
  };

  it.each([
    ['another port', () => `${addressOf(elsewhere)}/api/bookings?cursor=a`],
    ['another scheme', () => `${addressOf(here).replace('http', 'https')}/api/bookings?cursor=a`],
    ['another host without a scheme', () => '//evil.example/api/bookings?cursor=a'],
    ['no address', () => 'http://:0:0'],
    ['a script', () => 'javascript:alert(1)'],
  ])('by a next page at %s gets no further request, and neither does the other', async (_, link) => {
    answers.push({ status: 200, headers: { Link: `<${link()}>; rel="next"` }, body: EMPTY });
    await expect(walk()).rejects.toMatchObject({ name: 'NoAnswer', reason: 'not_the_api' });
    expect(came).toEqual(['here GET /api/bookings?limit=100 Bearer secret']);
  });

  it('by the same next page again and again is not followed for ever', async () => {
    const link = { status: 200, headers: { Link: '</api/bookings?cursor=a>; rel=next' }, body: EMPTY };
    answers.push(link, link, link, link);
    await expect(walk()).rejects.toMatchObject({ reason: 'not_the_api' });
    expect(came).toHaveLength(2);
  });

  it.each([301, 302, 303, 307, 308])('by a redirect %i is not followed, with or without a password', async (status) => {
    const client = createClient({ baseUrl: addressOf(here), token: 'secret' });
    for (const call of [() => client.me(), () => client.login({ body: { email: 'a@example.com', password: 'correct horse' } })]) {
      answers.push({ status, headers: { Location: `${addressOf(elsewhere)}/api/auth/me` } });
      await expect(call()).rejects.toMatchObject({ name: 'NoAnswer', reason: 'not_the_api', outcome: 'not_done', attempts: 1 });
    }
    expect(came).toEqual(['here GET /api/auth/me Bearer secret', 'here POST /api/auth/login undefined']);
  });

  it.each([
    [404, 'unknown', '<h1>Not Found</h1>'],
    [418, 'unknown', '{"success":false,"code":"is_a_teapot","message":"Teko","errors":{"spout":1}}'],
    [403, 'forbidden', '{"success":false,"code":"forbidden","message":"Akses ditolak","errors":null}'],
    [400, 'unknown', '{"success":false,"code":"toString","message":"","errors":null}'],
  ])('is refused with %i: the code is %s', async (status, code, body) => {
    answers.push({ status, headers: {}, body });
    const failure = await createClient({ baseUrl: addressOf(here) })
      .me()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Refusal);
    expect(failure).toMatchObject({ status, code, outcome: 'not_done' });
  });
});

describe('what was given in confidence', () => {
  it('a token goes to what needs it, and not to logins and registrations', async () => {
    const proxy = await startFaultProxy(server.url);
    const client = createClient({ baseUrl: proxy.url, token: () => token });
    await client.me();
    await client.listEvents();
    await client.status();
    await client.login({ body: { email: 'sari@example.com', password: 'correct horse' } });
    expect(proxy.arrived.map(({ headers }) => headers.authorization === `Bearer ${token}`)).toEqual([true, true, false, false]);
    await proxy.close();
  });

  it('is in no error', async () => {
    const [secret, password] = ['a.secret.token', 'a secret password'];
    const client = createClient({ baseUrl: server.url, token: secret });
    const refused = () => client.changeUser({ id: '550e8400-e29b-41d4-a716-446655440000', body: { password } });
    const gone = createClient({ baseUrl: 'http://127.0.0.1:9', token: secret, attemptsMax: 1 });
    const lost = () => gone.createUser({ body: { name: 'A', email: 'a', password } });
    const wrong = () => createClient({ baseUrl: server.url, token: `${secret}\n` }).me();
    for (const [call, kind] of [
      [refused, Refusal],
      [lost, NoAnswer],
      [wrong, TypeError],
    ] as const) {
      const failure = await call().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(kind);
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(/secret/);
    }
  });

  it.each(['ftp://example.com', 'http://user:word@example.com', 'http://example.com/?a=b', 'http://example.com/#a', '/api', ''])(
    'an address is refused before anything is sent: %s',
    (baseUrl) => expect(() => createClient({ baseUrl })).toThrow(TypeError),
  );

  it.each(['', '.', '..', 'a/b', 'a?b', 'a#b', '%2e%2e'])('an id that would be another path is refused: %s', async (id) => {
    await expect(createClient({ baseUrl: server.url, token }).deleteUser({ id })).rejects.toThrow(TypeError);
  });
});
