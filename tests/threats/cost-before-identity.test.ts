import { anId, OPERATOR } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TOKENS } from '../../packages/adapters/src/container.ts';
import type { Profile } from '../../packages/adapters/src/profiles.ts';
import { engines } from '../engines.ts';
import { type Api, type Caller, CONCERT, openApi } from '../open-api.ts';

/** The cost of a refused request. The database's one writer, its locks and the places for passwords are for requests with the right to use them. */
type Request = readonly [method: string, path: string, body?: unknown];

const person = () => ({ name: 'Jane', email: `${anId()}@example.com`, password: 'correct horse' });
const cases = engines.flatMap((engine) => (['open', 'locked'] as const).map((profile) => [engine, profile] as const));

describe.each(cases)('a refused request on %s, %s profile', (engine, profile: Profile) => {
  let api: Api;
  let plain: Caller;
  let admin: Caller;
  let event: string;
  let booking: string;
  beforeAll(async () => {
    api = await openApi(engine, profile, {}, { bcryptCost: 4 });
    [plain, admin] = [await api.account(), await api.account({ role: 'admin' })];
    event = (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data.id;
    booking = (await api.send('POST', '/api/bookings', { as: admin, body: { event_id: event, quantity: 2 } })).body.data.id;
  });
  afterAll(() => api.close());

  /** The outcomes of the requests, and how often they used the database and the hasher. */
  async function costOf(requests: readonly Request[], as?: Caller) {
    const database = api.container.get(TOKENS.database);
    const passwords = api.container.get(TOKENS.passwords);
    const spies = {
      reads: vi.spyOn(database, 'query'),
      transactions: vi.spyOn(database, 'transaction'),
      writes: vi.spyOn(database, 'markedTransaction'),
      hashes: vi.spyOn(passwords, 'hash'),
      verifications: vi.spyOn(passwords, 'verify'),
    };
    const statuses: number[] = [];
    for (const [method, path, body] of requests) statuses.push((await api.send(method, path, { as, body })).status);
    const costs = Object.entries(spies).map(([name, spy]) => [name, spy.mock.calls.length] as const);
    for (const spy of Object.values(spies)) spy.mockRestore();
    return { statuses: new Set(statuses), ...(Object.fromEntries(costs) as Record<keyof typeof spies, number>) };
  }

  const writesToEvents = (): Request[] => [
    ...(['PUT', 'DELETE'] as const).flatMap((method) => [event, anId()].map((id): Request => [method, `/api/events/${id}`, {}])),
    ['POST', '/api/events', CONCERT],
    ['POST', '/api/events', {}],
  ];
  const writesToAccounts = (): Request[] => [
    ...[plain.id, anId()].flatMap((id): Request[] => [
      ['DELETE', `/api/users/${id}`],
      ['PUT', `/api/users/${id}`, {}],
      ['PUT', `/api/users/${id}`, { password: 'another horse' }],
      ['PUT', `/api/users/${id}`, { name: 1 }],
    ]),
    ['POST', '/api/users', person()],
    ['POST', '/api/users', {}],
  ];
  const writesToBookings = (): Request[] => [
    ...[booking, anId()].flatMap((id): Request[] => [
      ['DELETE', `/api/bookings/${id}`],
      ['PATCH', `/api/bookings/${id}/status`, { status: 'cancelled' }],
      ['PATCH', `/api/bookings/${id}/status`, {}],
    ]),
    ['POST', '/api/bookings', { event_id: event, quantity: 1 }],
    ['POST', '/api/bookings', {}],
  ];
  const readsOfPeople = (): Request[] => [
    ['GET', '/api/auth/me'],
    ['GET', '/api/bookings'],
    ['GET', `/api/bookings/${booking}`],
    ...(profile === 'locked'
      ? ([
          ['GET', '/api/users'],
          ['GET', `/api/users/${plain.id}`],
        ] as Request[])
      : []),
  ];
  const NOTHING = { reads: 0, transactions: 0, writes: 0, hashes: 0, verifications: 0 };

  it('without a token where one is needed does not touch the database', async () => {
    const accounts = profile === 'locked' ? writesToAccounts() : [];
    const malformed: Request[] = [
      ['DELETE', '/api/events/no-uuid'],
      ['PATCH', '/api/bookings/no-uuid/status', {}],
    ];
    const requests = [...writesToEvents(), ...accounts, ...writesToBookings(), ...readsOfPeople(), ...malformed];
    expect(await costOf(requests)).toEqual({ statuses: new Set([401]), ...NOTHING });
  });

  it('with an invalid token does not touch the database', async () => {
    const requests = [...writesToEvents(), ...writesToAccounts(), ...writesToBookings(), ...readsOfPeople()];
    expect(await costOf(requests, { id: '', token: 'of-nobody' })).toEqual({ statuses: new Set([401]), ...NOTHING });
  });

  it('to register as admin, where that is for the operator, does not touch the database', async () => {
    if (profile === 'open') return;
    const requests: Request[] = [['POST', '/api/auth/register', { ...person(), role: 'admin' }]];
    expect(await costOf(requests)).toEqual({ statuses: new Set([403]), ...NOTHING });
  });

  it('for a right that a user does not have opens no write transaction and hashes nothing', async () => {
    const others =
      profile === 'open' ? [] : writesToAccounts().map(([method, path, body]): Request => [method, path.replace(plain.id, admin.id), body]);
    const { statuses, writes, hashes } = await costOf([...writesToEvents(), ...others], plain);
    expect({ statuses, writes, hashes }).toEqual({ statuses: new Set([403, 404]), writes: 0, hashes: 0 });
  });

  it('of a deleted user opens no write transaction and hashes nothing', async () => {
    const gone = await api.account();
    await api.container.get(TOKENS.users).change(gone.id, OPERATOR, () => undefined);
    const { statuses, writes, hashes } = await costOf([...writesToEvents(), ...writesToAccounts()], gone);
    expect({ statuses, writes, hashes }).toEqual({ statuses: new Set([401]), writes: 0, hashes: 0 });
  });

  it('for what hangs on a row opens no write transaction and hashes nothing', async () => {
    const email = `${anId()}@example.com`;
    await api.account({ email });
    const requests: Request[] = [
      ['DELETE', `/api/users/${admin.id}`],
      ['DELETE', `/api/events/${event}`],
      ['PUT', `/api/events/${event}`, { total_tickets: 1 }],
      ['PUT', `/api/events/${event}`, { total_tickets: 0 }],
      ['PUT', `/api/users/${plain.id}`, { email }],
      ['PUT', `/api/users/${plain.id}`, { email, password: 'another horse' }],
      ['PUT', `/api/users/${plain.id}`, { password: 'short' }],
      ['POST', '/api/users', { ...person(), email }],
      ['POST', '/api/auth/register', { ...person(), email }],
    ];
    const { statuses, writes, hashes } = await costOf(requests, admin);
    expect({ statuses, writes, hashes }).toEqual({ statuses: new Set([400]), writes: 0, hashes: 0 });
  });

  it('for a role beside a password hashes nothing', async () => {
    if (profile === 'open') return;
    const { statuses, writes, hashes } = await costOf([['PUT', `/api/users/${plain.id}`, { password: 'another horse', role: 'admin' }]], plain);
    expect({ statuses, writes, hashes }).toEqual({ statuses: new Set([403]), writes: 0, hashes: 0 });
  });
});

describe.each(engines)('what nobody is refused for, on %s', (engine) => {
  let api: Api;
  beforeAll(async () => {
    api = await openApi(engine, 'locked', { accounts: { registrationsMax: 'unlimited' } }, { bcryptCost: 4 });
  });
  afterAll(() => api.close());

  it('a registration asked again under its key is answered as before, without a hash', async () => {
    const headers = { 'Idempotency-Key': anId() };
    const body = person();
    const first = await api.send('POST', '/api/auth/register', { body, headers });
    const hash = vi.spyOn(api.container.get(TOKENS.passwords), 'hash');
    const again = await api.send('POST', '/api/auth/register', { body, headers });
    const other = await api.send('POST', '/api/auth/register', { body: { ...body, name: 'Other' }, headers });
    expect([first.status, again.status, other.status]).toEqual([201, 201, 422]);
    expect(again.body.data.user).toEqual(first.body.data.user);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(hash).not.toHaveBeenCalled();
    hash.mockRestore();
  });

  it('a booking reads not one statement more than its transaction', async () => {
    const [plain, admin] = [await api.account(), await api.account({ role: 'admin' })];
    const event = (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data.id;
    const database = api.container.get(TOKENS.database);
    const [query, writes] = [vi.spyOn(database, 'query'), vi.spyOn(database, 'markedTransaction')];
    expect((await api.send('POST', '/api/bookings', { as: plain, body: { event_id: event, quantity: 1 } })).status).toBe(201);
    expect([query.mock.calls.length, writes.mock.calls.length]).toEqual([0, 1]);
    for (const spy of [query, writes]) spy.mockRestore();
  });
});

describe('the places for passwords', () => {
  let api: Api;
  beforeAll(async () => {
    api = await openApi('sqlite', 'locked', {}, { bcryptCost: 12 }); // slow hashes and few places
  });
  afterAll(() => api.close());
  const from = (address: string) => ({ 'X-Forwarded-For': address });
  const logIn = (address: string) =>
    api.send('POST', '/api/auth/login', { body: { email: 'a@example.com', password: 'wrong' }, headers: from(address) });

  it.each([
    ['one account, from many addresses', true],
    ['one address, with many accounts', false],
  ])('are held to a third by %s', async (_, isOneAccount) => {
    const passwords = api.container.get(TOKENS.passwords);
    const { atOnceMax } = passwords;
    const passwordHash = await passwords.hash('kereta malam 7');
    const users = api.container.get(TOKENS.users);
    const account = async () => {
      const made = await api.account();
      await users.change(made.id, OPERATOR, ({ user }) => user && { user, passwordHash });
      return made;
    };
    const one = await account();
    const tries = Array.from({ length: atOnceMax }, (_, n) => n);
    const callers = isOneAccount ? tries.map(() => one) : await Promise.all(tries.map(account));
    const verify = vi.spyOn(passwords, 'verify');
    const flood = callers.map((as, n) => {
      const headers = from(isOneAccount ? `203.0.113.${n % 250}` : '203.0.113.251');
      return api.send('PUT', `/api/users/${as.id}`, { as, body: { password: `another horse ${n}`, current_password: 'kereta malam 7' }, headers });
    });
    const share = Math.ceil(atOnceMax / 3);
    await vi.waitFor(() => expect(verify).toHaveBeenCalledTimes(share), { timeout: 20_000 });
    const others = await Promise.all(Array.from({ length: 5 }, (_, n) => logIn(`198.51.100.${n}`)));
    expect(others.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    const replies = await Promise.all(flood);
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const { body, headers } of refused) expect([body.message, headers.get('retry-after')]).toEqual(['Terlalu banyak permintaan', '1']);
    expect(replies.map(({ status }) => status)).not.toContain(503);
    verify.mockRestore();
  });
});
