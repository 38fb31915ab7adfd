import { anId } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { type Api, type Caller, CONCERT, openApi } from '../open-api.ts';

/** Values that were seen to get through somewhere: coerced, truncated, rounded, rolled over, or a 500 from the database. */
const NUMBERS: readonly unknown[] = [-1, 1.5, '2', '', null, true, [2], {}, 1e9, 2 ** 53, 1e308, -0.001];
const TEXTS: readonly unknown[] = [
  '',
  '   ',
  '\u200b',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x'.repeat(256),
  '🎫'.repeat(256),
  'x'.repeat(10_000),
  null,
  1,
  true,
  ['x'],
  { a: 1 },
];
const DATES: readonly unknown[] = [
  '',
  'tomorrow',
  '2025-02-30T10:00:00Z',
  '2025-13-01T10:00:00Z',
  '2025-02-15',
  '2025-02-15T14:00:00',
  '2025-02-15T24:00:00Z',
  '0001-01-01T00:00:00Z',
  '10000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  0,
  null,
  true,
  {},
];
const PRICES: readonly unknown[] = [-1, 0.001, 1.005, 1e15, 100_000_000, '50000', '1e3', true, null, [1], {}];
const IDS = ['x', '123', '%00', '%zz', 'a%2fb', `${'0'.repeat(36)}`, `${anId()}x`, "' OR 1=1 --", '..%2f..', '%F0%9F%8E%AB'];

describe.each(engines)('bad input on %s', (engine) => {
  let api: Api;
  let admin: Caller;
  let event: string;
  let booking: string;
  beforeAll(async () => {
    api = await openApi(engine, 'open');
    admin = await api.account({ role: 'admin' });
    event = (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data.id;
    booking = (await api.send('POST', '/api/bookings', { as: admin, body: { event_id: event, quantity: 1 } })).body.data.id;
  });
  afterAll(async () => {
    expect(api.logged).toEqual([]);
    await api.close();
  });

  const rows = async () => {
    const tables = ['users', 'events', 'bookings', 'stock_movements'].map((table) => api.query(`SELECT * FROM ${table} ORDER BY 1, 2`));
    return JSON.stringify(await Promise.all(tables));
  };

  /** Every value is refused with a fault of its field alone, and leaves every table as it was. */
  async function expectRefused(method: string, path: string, good: object, field: string, values: readonly unknown[]): Promise<void> {
    const before = await rows();
    for (const value of values) {
      const reply = await api.send(method, path, { as: admin, body: { ...good, [field]: value } });
      expect([reply.status, reply.body], `${field}: ${JSON.stringify(value)?.slice(0, 80)}`).toEqual([
        400,
        { success: false, message: 'Validasi gagal', errors: [{ field, message: expect.any(String) }] },
      ]);
    }
    expect(await rows()).toBe(before);
  }

  /** Stands in for ids that are known only when the tests run. */
  const filled = <Value>(value: Value): Value =>
    JSON.parse(JSON.stringify(value).replaceAll(':admin', admin.id).replaceAll(':event', event).replaceAll(':booking', booking));
  const cases: readonly (readonly [method: string, path: string, good: object, field: string, values: readonly unknown[]])[] = [
    ['POST', '/api/events', CONCERT, 'name', TEXTS],
    ['POST', '/api/events', CONCERT, 'location', TEXTS],
    ['POST', '/api/events', CONCERT, 'description', ['x'.repeat(10_001), '\u0000', '\ud800', 1, {}]],
    ['POST', '/api/events', CONCERT, 'event_date', DATES],
    ['POST', '/api/events', CONCERT, 'ticket_price', PRICES],
    ['POST', '/api/events', CONCERT, 'total_tickets', [0, 900_001, ...NUMBERS]],
    ['PUT', '/api/events/:event', {}, 'event_date', DATES],
    ['PUT', '/api/events/:event', {}, 'ticket_price', PRICES],
    ['PUT', '/api/events/:event', {}, 'total_tickets', [0, ...NUMBERS]],
    ['POST', '/api/bookings', { event_id: ':event', quantity: 1 }, 'quantity', [0, ...NUMBERS]],
    ['POST', '/api/bookings', { event_id: ':event', quantity: 1 }, 'event_id', ['x', '', 1, null, {}, [':event'], ':event ', "' OR '1'='1"]],
    ['PATCH', '/api/bookings/:booking/status', {}, 'status', ['CONFIRMED', 'paid', '', 1, null, ['cancelled']]],
  ];
  it.each(cases.map((one) => [`${one[0]} ${one[1]}: ${one[3]}`, one] as const))(
    'is refused and stores nothing: %s',
    async (_, [method, path, good, field, values]) => expectRefused(method, filled(path), filled(good), field, values),
  );

  it('is told with all its faults at once', async () => {
    const reply = await api.send('POST', '/api/events', { as: admin, body: {} });
    const fields = reply.body.errors.map(({ field }: { field: string }) => field);
    expect(fields.toSorted()).toEqual(['event_date', 'location', 'name', 'ticket_price', 'total_tickets']);
  });

  it('in a path is a malformed id, upper case is not', async () => {
    for (const id of IDS) {
      for (const path of [`/api/events/${id}`, `/api/bookings/${id}`, `/api/users/${id}`]) {
        const reply = await api.send('GET', path, { as: admin });
        expect([reply.status, reply.body.errors?.[0]?.field], path).toEqual([400, 'id']);
      }
    }
    expect((await api.send('GET', `/api/events/${event.toUpperCase()}`)).body.data.id).toBe(event);
  });

  it('in a query is a malformed page', async () => {
    for (const query of [
      'limit=0',
      'limit=-1',
      'limit=1001',
      'limit=x',
      'limit=1.5',
      'limit=',
      'offset=-1',
      'offset=1e18',
      'offset=x',
      'limit=1&limit=2',
      'total=maybe',
    ]) {
      const reply = await api.send('GET', `/api/events?${query}`);
      expect([reply.status, reply.body.message], query).toEqual([400, 'Validasi gagal']);
    }
    expect((await api.send('GET', '/api/events?sort=id;drop%20table%20users')).status).toBe(200);
  });

  it('that names what is not the sender’s to say changes nothing of it', async () => {
    const someone = await api.account();
    const greedy = {
      id: anId(),
      user_id: someone.id,
      organizer_id: someone.id,
      available_tickets: 1_000_000,
      stock_version: 99,
      createdAt: '2000-01-01T00:00:00.000Z',
      __proto__: { role: 'admin' },
    };
    const edited = await api.send('PUT', `/api/events/${event}`, { as: admin, body: { ...greedy, location: 'Elsewhere' } });
    expect(edited.body.data).toMatchObject({ id: event, organizer_id: admin.id, total_tickets: 100, available_tickets: 99, location: 'Elsewhere' });
    const booked = await api.send('POST', '/api/bookings', {
      as: someone,
      body: { ...greedy, user_id: admin.id, total_price: 0, status: 'cancelled', event_id: event, quantity: 1 },
    });
    expect(booked.body.data).toMatchObject({ user_id: someone.id, total_price: '50000.00', status: 'confirmed' });
  });

  it('that looks like SQL is text', async () => {
    const name = `Robert'); DROP TABLE bookings;-- \\' " \``;
    const created = await api.send('POST', '/api/events', { as: admin, body: { ...CONCERT, name } });
    expect((await api.send('GET', `/api/events/${created.body.data.id}`)).body.data.name).toBe(name);
  });
});
