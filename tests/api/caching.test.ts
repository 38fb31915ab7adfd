import { randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, createBrotliDecompress, gunzipSync } from 'node:zlib';
import { rowsOf, times } from '@ticket/domain/testing';
import { Agent, interceptors, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../apps/http/src/http-server.ts';
import { type Caller, CONCERT, openApi } from '../open-api.ts';
import { portsOf } from '../open-store.ts';

/** A list of one part has at most 1,500 rows. */
const [SHORT, LONG] = [1000, 1600];
const [DECOMPRESS, CODINGS] = [{ br: brotliDecompressSync, gzip: gunzipSync }, ['br', 'gzip'] as const];

async function stage(events: number) {
  const api = await openApi('sqlite', 'open');
  const admin = await api.account({ role: 'admin', name: 'Panitia GDGoC', email: 'panitia@example.com' });
  const rows = rowsOf(portsOf(api.container));
  const sold = await Promise.all(
    times(events, () =>
      rows.event({
        id: randomUUID(),
        organizerId: admin.id,
        name: CONCERT.name,
        description: CONCERT.description,
        location: CONCERT.location,
        totalTickets: 1000,
      }),
    ),
  );
  const [event = ''] = sold.map(({ id }) => id);
  for (const _ of Array(10)) await api.send('POST', '/api/bookings', { as: admin, body: { event_id: event, quantity: 1 } });
  for (const _ of Array(10)) await api.account({ name: 'Sari Dewi' });
  const server = createHttpServer(api.fetch);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on a port has one
  return { api, admin, event, server, origin: `http://127.0.0.1:${port}` };
}
let [short, long]: Awaited<ReturnType<typeof stage>>[] = [];
beforeAll(async () => {
  [short, long] = [await stage(SHORT), await stage(LONG)];
});
afterAll(async () => {
  for (const one of [short, long]) {
    one?.server.closeAllConnections();
    one?.server.close();
    expect(one?.api.logged).toEqual([]);
    await one?.api.close();
  }
});
type Stage = Awaited<ReturnType<typeof stage>>;
const here = (): Stage => short as Stage;

const bearer = ({ token }: Caller) => ({ Authorization: `Bearer ${token}` });
async function get({ origin }: Stage, path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') {
  const { statusCode, headers: told, body } = await request(`${origin}${path}`, { method, headers });
  return { status: statusCode, headers: told, bytes: Buffer.from(await body.bytes()) };
}

describe.each(CODINGS)('in %s', (coding) => {
  const inCoding = { 'Accept-Encoding': coding };

  it.each(['/api/events', '/api/bookings', '/api/users', '/openapi.json'])('%s is the same content in fewer bytes', async (path) => {
    const own = bearer(here().admin);
    const [plain, small] = [await get(here(), path, own), await get(here(), path, { ...own, ...inCoding })];
    expect([plain.headers['content-encoding'], small.headers['content-encoding']]).toEqual([undefined, coding]);
    expect(DECOMPRESS[coding](small.bytes).toString()).toBe(plain.bytes.toString());
    expect(small.headers['content-length']).toBe(String(small.bytes.length));
    expect([plain.headers['vary'], small.headers['vary']].every((vary) => vary?.includes('Accept-Encoding'))).toBe(true);
    expect(small.headers['etag']).toBe(`W/${plain.headers['etag']}`);
  });

  it('1,000 events are at most 40 KB', async () => {
    const { bytes } = await get(here(), '/api/events', inCoding);
    expect(DECOMPRESS[coding](bytes).length).toBeGreaterThan(490_000);

    expect(bytes.length).toBeLessThanOrEqual(40_000);
  });

  it.each(['/api/events', '/api/bookings', '/api/users', '/openapi.json'])('%s with a known ETag is 304 with the headers of 200', async (path) => {
    const headers = { ...bearer(here().admin), ...inCoding };
    const first = await get(here(), path, headers);
    const again = await get(here(), path, { ...headers, 'If-None-Match': String(first.headers['etag']) });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    for (const name of ['etag', 'cache-control', 'vary']) expect([name, again.headers[name]]).toEqual([name, first.headers[name]]);
    expect(again.headers['content-encoding']).toBeUndefined();
  });

  it('HEAD has the headers of GET', async () => {
    for (const one of [here(), long as Stage]) {
      const [whole, head] = [await get(one, '/api/events', inCoding), await get(one, '/api/events', inCoding, 'HEAD')];
      const told = ['content-encoding', 'etag', 'vary', 'cache-control', 'content-type', 'x-total-count'];
      expect(told.map((name) => head.headers[name])).toEqual(told.map((name) => whole.headers[name]));
      expect([head.status, head.bytes.length]).toEqual([200, 0]);
    }
  });

  it('a list in parts is whole, in fewer bytes', async () => {
    const [plain, small] = [await get(long as Stage, '/api/events'), await get(long as Stage, '/api/events', inCoding)];
    expect([small.headers['content-encoding'], small.headers['vary']]).toEqual([coding, 'Accept-Encoding']);
    expect(DECOMPRESS[coding](small.bytes).toString()).toBe(plain.bytes.toString());
    expect(small.bytes.length * 8).toBeLessThan(plain.bytes.length);
  });
});

it('a list in parts begins to arrive before its end is read', async () => {
  const { origin } = long as Stage;
  const answer = await new Promise<IncomingMessage>((resolve) =>
    httpRequest(`${origin}/api/events`, { headers: { 'Accept-Encoding': 'br' } }, resolve).end(),
  );
  const plain = answer.pipe(createBrotliDecompress());
  const first: Buffer = await new Promise((resolve) => plain.once('data', resolve));
  expect(first.toString()).toContain('{"success":true');
  expect(answer.complete).toBe(false);
  plain.destroy();
  answer.destroy();
});

it.each(['gzip;q=0', 'deflate, zstd', 'identity', 'x'.repeat(600), 'identity;q=0'])('Accept-Encoding: %s gets plain bytes', async (accepted) => {
  const { headers, bytes } = await get(here(), '/api/events?limit=10', { 'Accept-Encoding': accepted });
  expect([headers['content-encoding'], JSON.parse(bytes.toString()).data.length]).toEqual([undefined, 10]);
});

it('a small list, an event, an account and whatever has a token is never compressed', async () => {
  const headers = { ...bearer(here().admin), 'Accept-Encoding': 'br, gzip' };
  for (const path of ['/api/events?limit=1', `/api/events/${here().event}`, '/api/auth/me', '/', '/metrics'])
    expect([path, (await get(here(), path, headers)).headers['content-encoding']]).toEqual([path, undefined]);
  const body = JSON.stringify({ name: 'n'.repeat(255), email: 'n@example.com', password: 'kereta malam 7' });
  const made = await request(`${here().origin}/api/auth/register`, {
    method: 'POST',
    headers: { 'Accept-Encoding': 'br, gzip', 'Content-Type': 'application/json' },
    body,
  });
  await made.body.dump();
  expect([made.statusCode, made.headers['content-encoding'], made.headers['cache-control']]).toEqual([201, undefined, 'no-store']);
});

it.each([
  ['/api/events', 'public, no-cache', 'Accept-Encoding'],
  ['/api/events/:id', 'public, no-cache', undefined],
  ['/openapi.json', 'public, no-cache', 'Accept-Encoding'],
  ['/api/bookings', 'private, no-cache', 'Authorization, Accept-Encoding'],
  ['/api/bookings/:id', 'private, no-cache', 'Authorization'],
  ['/api/users', 'private, no-cache', 'Authorization, Accept-Encoding'],
  ['/api/auth/me', 'private, no-cache', 'Authorization'],
  ['/', 'no-store', undefined],
  ['/api/bookings?limit=0', 'no-store', undefined],
  ['/api/nope', 'no-store', undefined],
])('GET %s says who may keep it: %s', async (path, control, vary) => {
  const [booking] = JSON.parse((await get(here(), '/api/bookings', bearer(here().admin))).bytes.toString()).data;
  const id = path.startsWith('/api/bookings') ? booking.id : here().event;
  const { headers } = await get(here(), path.replace(':id', id), bearer(here().admin));
  expect([headers['cache-control'], headers['vary']]).toEqual([control, vary]);
});

describe('an HTTP cache as RFC 9111 describes it', () => {
  let agent: Agent;
  const statuses: number[] = [];
  afterEach(() => agent.close());
  /** The cache of undici. Behind it each answer of the server is recorded. */
  const cached = () => {
    statuses.length = 0;
    agent = new Agent();
    const recorded = agent.compose((dispatch) => (options, handler) => {
      const { onResponseStart } = handler;
      handler.onResponseStart = (...told) => {
        statuses.push(told[1]);
        onResponseStart?.apply(handler, told);
      };
      return dispatch(options, handler);
    });
    const dispatcher = recorded.compose(interceptors.cache({ type: 'shared' }));
    return async (path: string, headers: Record<string, string>) => {
      const { statusCode, body } = await request(`${here().origin}${path}`, { dispatcher, headers });
      return [statusCode, Buffer.from(await body.bytes())] as const;
    };
  };

  it.each(['identity', ...CODINGS])('that is shared gets 304 for the events in %s, and serves the same bytes', async (coding) => {
    const ask = cached();
    const first = await ask('/api/events', { 'accept-encoding': coding });
    expect(await ask('/api/events', { 'accept-encoding': coding })).toEqual(first);
    expect(statuses).toEqual([200, 304]);
  });

  it('serves a coding only to those who accept it', async () => {
    const ask = cached();
    const [, small] = await ask('/api/events', { 'accept-encoding': 'br' });
    const [, plain] = await ask('/api/events', { 'accept-encoding': 'identity' });
    expect(brotliDecompressSync(small)).toEqual(plain);
  });

  it('that is shared keeps the events also for callers with a token, because their answer is the same', async () => {
    const ask = cached();
    const first = await ask('/api/events', {});
    expect(await ask('/api/events', bearer(here().admin))).toEqual(first);
    expect(statuses).toEqual([200, 304]);
    expect((await ask('/api/events', { Authorization: 'Bearer x' }))[0]).toBe(401);
  });

  it('that is shared keeps no bookings', async () => {
    const ask = cached();
    for (const _ of Array(2)) await ask('/api/bookings', bearer(here().admin));
    expect(statuses).toEqual([200, 200]);
  });

  it('never shows an old stock', async () => {
    const ask = cached();
    const stock = async () => JSON.parse((await ask(`/api/events/${here().event}`, {}))[1].toString()).data.available_tickets;
    const before = await stock();
    await here().api.send('POST', '/api/bookings', { as: here().admin, body: { event_id: here().event, quantity: 3 } });
    expect(await stock()).toBe(before - 3);
  });
});
