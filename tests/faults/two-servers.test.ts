import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, BoxOffice } from './box-office.ts';
import { enginesHere, type PrivateServer, privateServer, privateServers } from './private-server.ts';
import { JWT_SECRET, type Store, startServer, temporaryFolder } from './programs.ts';
import { CALM, OUTAGE, reckon } from './reckoning.ts';
import { storm, storms } from './storm.ts';

const HOUR_SECONDS = 3600;

describe.each(enginesHere)('two servers on one database, %s', (engine) => {
  let server: PrivateServer | undefined;
  beforeAll(async () => {
    if (engine !== 'sqlite') server = await privateServer(engine);
  });
  const freshStore = (): Store => server?.store() ?? { engine: 'sqlite', folder: temporaryFolder() };

  it('F20 start at once where nothing is yet, F19 and sell from one stock; a key counts on both', async () => {
    const store = freshStore();
    const [one, other] = await Promise.all([startServer(store), startServer(store)]);
    const office = await BoxOffice.open(one.url);
    await storms(office, 2000, { at: [one.url, other.url] });
    const key = randomUUID();
    const asked = { as: office.buyers[0], key, body: { event_id: office.sales.at(-1)?.id, quantity: 1 } };
    const meanwhile = await Promise.all(
      Array.from({ length: 20 }, (_, index) => ask((index % 2 === 0 ? one : other).url, 'POST', '/api/bookings', asked)),
    );
    // Each server has one request in progress, and one of them finds the other's answer. Further requests are told to retry.
    const booked = await office.order({ key, at: other.url });
    const answered = meanwhile.filter(({ status }) => status !== 409);
    expect(answered.length).toBeGreaterThan(0);
    for (const { status, body } of answered) expect([status, body]).toEqual([201, booked.body]);
    expect(answered.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1);
    expect(other.output()).not.toContain('failed unexpectedly');
    await reckon(office, one, { heard: [...CALM, '503'] });
  });

  it('F21 an hour apart: a token from the future opens nothing, and both sell from one stock', async () => {
    const store = freshStore();
    const hourAhead = `const { now } = Date; globalThis.Date = class extends Date {
      constructor(...parts) { super(...(parts.length === 0 ? [now() + ${HOUR_SECONDS * 1000}] : parts)); }
      static now() { return now() + ${HOUR_SECONDS * 1000}; }
    };`;
    const one = await startServer(store);
    const ahead = await startServer(store, { preload: hourAhead });
    const office = await BoxOffice.open(one.url);
    const strangers = await BoxOffice.open(ahead.url, []);
    expect((await ask(one.url, 'GET', '/api/auth/me', { as: strangers.admin })).status).toBe(401);
    expect((await ask(ahead.url, 'GET', '/api/auth/me', { as: office.admin })).status).toBe(200);
    await storms(office, 1500, { at: [one.url, ahead.url] });
    const key = randomUUID();
    const here = await office.order({ key });
    const there = await office.order({ key, at: ahead.url });
    expect([there.status, there.headers.get('idempotency-replayed'), there.body]).toEqual([201, 'true', here.body]);
    office.orders.pop();
    await reckon(office, one, { heard: [...CALM, '503'] });
  });

  it('F21 a clock that is set back by a day keeps nobody out for longer than a window', async () => {
    const store = freshStore();
    const dayAhead = `const { now } = Date; globalThis.Date = class extends Date {
    constructor(...given) { if (given.length === 0) super(now() + 86_400_000); else super(...given); }
    static now() { return now() + 86_400_000; }
  };`;
    const person = { email: 'jane@example.com', password: 'correct horse' };
    const logIn = (url: string, password: string) => ask(url, 'POST', '/api/auth/login', { body: { ...person, password } });
    const before = await startServer(store, { preload: dayAhead });
    expect((await ask(before.url, 'POST', '/api/auth/register', { body: { name: 'Jane', ...person } })).status).toBe(201);
    for (let failed = 0; failed < 10; failed++) expect((await logIn(before.url, 'wrong horse')).status).toBe(401);
    expect((await logIn(before.url, person.password)).status).toBe(429);
    await before.stop();
    const after = await startServer(store);
    expect((await logIn(after.url, person.password)).status).toBe(200);
    // The failed guesses still count. One more exceeds the limit for a window.
    expect((await logIn(after.url, 'wrong horse')).status).toBe(401);
    const refused = await logIn(after.url, person.password);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(900);
  });
});

it('F21 a token signed by a clock that is an hour off is refused, or good for an hour less: never for longer', async () => {
  const server = await startServer({ engine: 'sqlite', folder: temporaryFolder() });
  const { admin } = await BoxOffice.open(server.url, []);
  const now = Math.floor(Date.now() / 1000);
  const signedAt = async (issued: number, ends: number) => {
    const claims = { id: admin.id, email: 'jane@example.com', role: 'admin', ver: 0, iat: issued, exp: ends };
    const unsigned = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const token = `${unsigned}.${createHmac('sha256', JWT_SECRET).update(unsigned).digest('base64url')}`;
    return (await ask(server.url, 'GET', '/api/auth/me', { as: { ...admin, token } })).status;
  };
  expect(await signedAt(now, now + HOUR_SECONDS)).toBe(200);
  expect(await signedAt(now + HOUR_SECONDS, now + 2 * HOUR_SECONDS)).toBe(401);
  expect(await signedAt(now - HOUR_SECONDS, now + HOUR_SECONDS)).toBe(200);
  expect(await signedAt(now - HOUR_SECONDS, now - 60)).toBe(401);
});

describe.each(privateServers)('two servers on one database server, %s', (engine) => {
  it('F19 one of them stands still in mid-storm: the other sells on, and what the first was at is whole or not there', async () => {
    const store = (await privateServer(engine)).store();
    const [one, other] = await Promise.all([startServer(store), startServer(store)]);
    const office = await BoxOffice.open(one.url);
    const { stop } = storm(office, { at: [one.url, other.url] });
    await sleep(500);
    other.child.kill('SIGSTOP');
    await sleep(2000);
    other.child.kill('SIGCONT');
    await stop();
    expect(other.output()).not.toContain('failed unexpectedly');
    await reckon(office, one, { heard: OUTAGE });
  });
});
