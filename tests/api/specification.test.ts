import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { type Api, CONCERT, openApi } from '../open-api.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const uuid = expect.stringMatching(UUID);
const iso = expect.stringMatching(ISO);

/** The specification's samples, key by key. The parts that it prints as {...} are filled in. `times` are scalars that we add. */
const times = { createdAt: iso, updatedAt: iso };
const event = {
  id: uuid,
  organizer_id: uuid,
  name: 'GDGoC Tech Talk 2025',
  description: 'Workshop backend development',
  location: 'UNSRI Palembang',
  event_date: '2025-02-15T14:00:00.000Z',
  ticket_price: '50000.00',
  total_tickets: 100,
  available_tickets: 100,
  ...times,
};
const organizer = { id: uuid, name: 'Admin User', email: 'admin@gdgoc.com' };
const john = { id: uuid, name: 'John Doe', email: 'john@example.com', role: 'user', ...times };
const booking = { id: uuid, user_id: uuid, event_id: uuid, quantity: 2, total_price: '100000.00', status: 'confirmed', booking_date: iso };
const nested = {
  user: { id: uuid, name: 'John Doe', email: 'john@example.com' },
  event: { id: uuid, name: 'GDGoC Tech Talk 2025', location: 'UNSRI Palembang', event_date: '2025-02-15T14:00:00.000Z' },
};
const ok = (message: string, data: unknown) => ({ success: true, message, data });

describe.each(engines)('the specification’s walkthrough on %s, as printed', (engine) => {
  let api: Api;
  beforeAll(async () => {
    api = await openApi(engine, 'open');
  });
  afterAll(() => api.close());
  const saved = { admin: { id: '', token: '' }, user: { id: '', token: '' }, event: '', booking: '' };

  it('1. registers an admin', async () => {
    const body = { name: 'Admin User', email: 'admin@gdgoc.com', password: 'admin123', role: 'admin' };
    const reply = await api.send('POST', '/api/auth/register', { body });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual(
      ok('Registrasi berhasil', {
        user: { id: uuid, name: 'Admin User', email: 'admin@gdgoc.com', role: 'admin', ...times },
        token: expect.any(String),
      }),
    );
    expect(reply.headers.get('content-type')).toBe('application/json; charset=UTF-8');
  });

  it('2. logs the admin in, with the specified claims in their token', async () => {
    const reply = await api.send('POST', '/api/auth/login', { body: { email: 'admin@gdgoc.com', password: 'admin123' } });
    expect([reply.status, reply.body.message]).toEqual([200, 'Login berhasil']);
    saved.admin = { id: reply.body.data.user.id, token: reply.body.data.token };
    const claims = JSON.parse(Buffer.from(saved.admin.token.split('.')[1] ?? '', 'base64url').toString());
    const specified = { id: saved.admin.id, email: 'admin@gdgoc.com', role: 'admin', iat: expect.any(Number), exp: claims.iat + 3600 };
    expect(claims).toEqual({ ...specified, ver: 0, iss: 'ticket-platform', aud: 'ticket-platform-api', token_use: 'access' });
  });

  it('3. creates an event', async () => {
    const body = {
      name: 'GDGoC Tech Talk 2025',
      description: 'Workshop backend development',
      location: 'UNSRI Palembang',
      event_date: '2025-02-15T14:00:00.000Z',
      ticket_price: 50000,
      total_tickets: 100,
    };
    const reply = await api.send('POST', '/api/events', { as: saved.admin, body });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual(ok('Event berhasil dibuat', event));
    expect(reply.body.data.organizer_id).toBe(saved.admin.id);
    saved.event = reply.body.data.id;
  });

  it('4. registers a user', async () => {
    const reply = await api.send('POST', '/api/auth/register', { body: { name: 'John Doe', email: 'john@example.com', password: 'user123' } });
    expect([reply.status, reply.body.data.user]).toEqual([201, john]);
  });

  it('5. logs the user in and books two tickets', async () => {
    const login = await api.send('POST', '/api/auth/login', { body: { email: 'john@example.com', password: 'user123' } });
    saved.user = { id: login.body.data.user.id, token: login.body.data.token };
    const reply = await api.send('POST', '/api/bookings', { as: saved.user, body: { event_id: saved.event, quantity: 2 } });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual(ok('Booking berhasil dibuat', booking));
    expect(reply.body.data).toMatchObject({ user_id: saved.user.id, event_id: saved.event });
    saved.booking = reply.body.data.id;
  });

  it('6. lists the bookings', async () => {
    const reply = await api.send('GET', '/api/bookings', { as: saved.user });
    expect([reply.status, reply.body]).toEqual([200, ok('Berhasil mengambil data bookings', [{ ...booking, ...nested }])]);
  });

  it('shows the stock that is left, in the list and alone', async () => {
    const shown = { ...event, available_tickets: 98, organizer };
    const list = await api.send('GET', '/api/events');
    expect([list.status, list.body]).toEqual([200, ok('Berhasil mengambil data events', [shown])]);
    expect(list.headers.get('x-total-count')).toBe('1');
    const one = await api.send('GET', `/api/events/${saved.event}`);
    expect([one.status, one.body]).toEqual([200, ok('Berhasil mengambil data event', shown)]);
  });

  it('refuses more than is left, and says how many there are', async () => {
    const reply = await api.send('POST', '/api/bookings', { as: saved.user, body: { event_id: saved.event, quantity: 99 } });
    expect(reply.status).toBe(400);
    expect(reply.body).toEqual({
      success: false,
      code: 'insufficient_tickets',
      message: 'Stok tiket tidak mencukupi',
      errors: { available: 98, requested: 99 },
    });
  });

  it('7. cancels the booking, and a second time changes nothing', async () => {
    for (let times = 0; times < 2; times++) {
      const reply = await api.send('PATCH', `/api/bookings/${saved.booking}/status`, { as: saved.user, body: { status: 'cancelled' } });
      expect([reply.status, reply.body]).toEqual([200, ok('Status booking berhasil diupdate', { ...booking, status: 'cancelled' })]);
      expect((await api.send('GET', `/api/events/${saved.event}`)).body.data.available_tickets).toBe(100);
    }
  });

  it('takes the tickets again when the cancellation is taken back', async () => {
    await api.send('PATCH', `/api/bookings/${saved.booking}/status`, { as: saved.user, body: { status: 'pending' } });
    expect((await api.send('GET', `/api/events/${saved.event}`)).body.data.available_tickets).toBe(98);
  });

  it('lets a new price leave the bookings alone', async () => {
    const reply = await api.send('PUT', `/api/events/${saved.event}`, {
      as: saved.admin,
      body: { name: 'GDGoC Tech Talk 2025 (Updated)', ticket_price: 75000 },
    });
    expect([reply.status, reply.body.message]).toEqual([200, 'Event berhasil diupdate']);
    expect(reply.body.data).toEqual({ ...event, name: 'GDGoC Tech Talk 2025 (Updated)', ticket_price: '75000.00', available_tickets: 98 });
    const shown = await api.send('GET', `/api/bookings/${saved.booking}`, { as: saved.user });
    expect([shown.status, shown.body.message]).toEqual([200, 'Berhasil mengambil data booking']);
    expect(shown.body.data).toEqual({ ...booking, ...nested, status: 'pending', event: { ...nested.event, name: 'GDGoC Tech Talk 2025 (Updated)' } });
  });

  it('moves the stock by the difference of the totals, and never below what is held', async () => {
    const grow = await api.send('PUT', `/api/events/${saved.event}`, { as: saved.admin, body: { total_tickets: 110 } });
    expect(grow.body.data).toMatchObject({ total_tickets: 110, available_tickets: 108 });
    const shrink = await api.send('PUT', `/api/events/${saved.event}`, { as: saved.admin, body: { total_tickets: 1 } });
    expect([shrink.status, shrink.body]).toEqual([
      400,
      { success: false, code: 'total_below_held', message: 'Total tiket kurang dari tiket yang sudah dipesan', errors: { sold: 2, requested: 1 } },
    ]);
  });

  it('keeps the event, the user and the organizer while something hangs on them', async () => {
    const refused = async (path: string) => (await api.send('DELETE', path, { as: saved.admin })).body;
    expect(await refused(`/api/events/${saved.event}`)).toEqual({
      success: false,
      code: 'event_has_active_bookings',
      message: 'Event masih memiliki booking aktif',
      errors: null,
    });
    expect(await refused(`/api/users/${saved.user.id}`)).toEqual({
      success: false,
      code: 'user_has_active_bookings',
      message: 'User masih memiliki booking aktif',
      errors: null,
    });
    expect(await refused(`/api/users/${saved.admin.id}`)).toEqual({
      success: false,
      code: 'user_organises_events',
      message: 'User masih menjadi organizer event',
      errors: null,
    });
  });

  it('deletes the booking, then the event, then the user; each again is 404', async () => {
    const gone = [
      [`/api/bookings/${saved.booking}`, 'Booking berhasil dihapus', 'Booking tidak ditemukan'],
      [`/api/events/${saved.event}`, 'Event berhasil dihapus', 'Event tidak ditemukan'],
      [`/api/users/${saved.user.id}`, 'User berhasil dihapus', 'User tidak ditemukan'],
    ] as const;
    for (const [path, done, unknown] of gone) {
      const reply = await api.send('DELETE', path, { as: saved.admin });
      expect([reply.status, reply.body]).toEqual([200, { success: true, message: done }]);
      const again = await api.send('DELETE', path, { as: saved.admin });
      expect([again.status, again.body]).toEqual([404, { success: false, code: 'not_found', message: unknown, errors: null }]);
    }
  });
});

describe.each(engines)('the rest of the specification on %s', (engine) => {
  let api: Api;
  beforeAll(async () => {
    api = await openApi(engine, 'open');
  });
  afterAll(() => api.close());

  it('creates, shows, changes and lists users without a password in sight', async () => {
    const body = { name: 'Jane Smith', email: ' Jane@Example.com ', password: 'password123', role: 'admin' };
    const created = await api.send('POST', '/api/users', { body });
    const jane = { id: uuid, name: 'Jane Smith', email: 'jane@example.com', role: 'admin', ...times };
    expect([created.status, created.body]).toEqual([201, ok('User berhasil dibuat', jane)]);
    const path = `/api/users/${created.body.data.id}`;
    expect((await api.send('GET', path)).body).toEqual(ok('Berhasil mengambil data user', jane));
    expect((await api.send('GET', '/api/users')).body).toEqual(ok('Berhasil mengambil data users', [jane]));
    await api.send('POST', '/api/users', { body: { ...body, email: 'second@example.com' } });
    const changed = await api.send('PUT', path, { body: { name: 'Jane Doe', email: 'jane.doe@example.com', role: 'user' } });
    expect([changed.status, changed.body]).toEqual([
      200,
      ok('User berhasil diupdate', { ...jane, name: 'Jane Doe', email: 'jane.doe@example.com', role: 'user' }),
    ]);
  });

  it('walks a list page by page, each row once, and says how many there are', async () => {
    const admin = await api.account({ role: 'admin' });
    for (let day = 10; day < 17; day++)
      await api.send('POST', '/api/events', { as: admin, body: { ...CONCERT, event_date: `2031-01-${day}T10:00:00Z` } });
    const seen: string[] = [];
    for (let path: string | undefined = '/api/events?limit=3'; path !== undefined; ) {
      const reply = await api.send('GET', path);
      expect(reply.headers.get('x-total-count')).toBe('7');
      seen.push(...reply.body.data.map(({ event_date }: { event_date: string }) => event_date));
      path = reply.headers.get('link')?.match(/, <([^>]+)>; rel="next"$/)?.[1];
    }
    expect(seen).toHaveLength(7);
    expect(seen).toEqual(seen.toSorted());
    expect((await api.send('GET', '/api/events?offset=5')).body.data).toHaveLength(2);
  });

  it('streams a list longer than one part whole and in order', async () => {
    const [admin, buyer] = [await api.account({ role: 'admin' }), await api.account()];
    const { body } = await api.send('POST', '/api/events', { as: admin, body: { ...CONCERT, total_tickets: 3000 } });
    await Promise.all(
      Array.from({ length: 2203 }, () => api.send('POST', '/api/bookings', { as: buyer, body: { event_id: body.data.id, quantity: 1 } })),
    );
    const reply = await api.send('GET', '/api/bookings', { as: buyer });
    expect(new Set(reply.body.data.map(({ id }: { id: string }) => id)).size).toBe(2203);
    expect(reply.body.data).toEqual(
      [...reply.body.data].sort((one, other) =>
        one.booking_date === other.booking_date ? (one.id < other.id ? 1 : -1) : one.booking_date < other.booking_date ? 1 : -1,
      ),
    );
    // The server counts more than a thousand own rows on request alone. So a page costs the same for any number of rows.
    expect(reply.headers.get('x-total-count')).toBeNull();
    const counted = await api.send('GET', '/api/bookings?limit=1&total=true', { as: buyer });
    expect(counted.headers.get('x-total-count')).toBe('2203');
  });

  it('shows a user their own bookings and an admin everybody’s', async () => {
    const [admin, one, other] = [await api.account({ role: 'admin' }), await api.account(), await api.account()];
    const { body } = await api.send('POST', '/api/events', { as: admin, body: CONCERT });
    for (const as of [one, other]) await api.send('POST', '/api/bookings', { as, body: { event_id: body.data.id, quantity: 1 } });
    const own = await api.send('GET', '/api/bookings', { as: one });
    expect(own.body.data.map(({ user_id }: { user_id: string }) => user_id)).toEqual([one.id]);
    const all = await api.send('GET', '/api/bookings?limit=1000&total=true', { as: admin });
    const owners = new Set(all.body.data.map(({ user_id }: { user_id: string }) => user_id));
    expect(owners.has(one.id) && owners.has(other.id)).toBe(true);
    expect(Number(all.headers.get('x-total-count'))).toBeGreaterThanOrEqual(2);
    expect((await api.send('GET', '/api/bookings', { as: admin })).headers.get('x-total-count')).toBeNull();
  });

  it('keeps what people write as they wrote it', async () => {
    const admin = await api.account({ role: 'admin' });
    const name = `${'🎫'.repeat(100)} مرحبا 'quotes" \\ <b>日本語</b>`;
    const created = await api.send('POST', '/api/events', {
      as: admin,
      body: { ...CONCERT, name, description: 'line\nline\ttab', ticket_price: 19.99 },
    });
    const shown = await api.send('GET', `/api/events/${created.body.data.id}`);
    expect(shown.body.data).toMatchObject({ name, description: 'line\nline\ttab', ticket_price: '19.99' });
  });
});

describe.each(engines)('the locked profile on %s', (engine) => {
  let api: Api;
  beforeAll(async () => {
    api = await openApi(engine, 'locked');
  });
  afterAll(() => api.close());

  it('neither opens nor books an event that is over', async () => {
    const admin = await api.account({ role: 'admin' });
    const past = await api.send('POST', '/api/events', { as: admin, body: { ...CONCERT, event_date: '2025-02-15T14:00:00.000Z' } });
    expect([past.status, past.body.message]).toEqual([400, 'Event sudah berakhir']);
    const { body } = await api.send('POST', '/api/events', { as: admin, body: CONCERT });
    await api.send('PUT', `/api/events/${body.data.id}`, { as: admin, body: { event_date: '2025-02-15T14:00:00.000Z' } });
    const booked = await api.send('POST', '/api/bookings', { as: admin, body: { event_id: body.data.id, quantity: 1 } });
    expect([booked.status, booked.body.message]).toEqual([400, 'Event sudah berakhir']);
  });

  it('keeps organizers’ e-mails to itself', async () => {
    const admin = await api.account({ role: 'admin', email: 'secret@example.com' });
    await api.send('POST', '/api/events', { as: admin, body: CONCERT });
    const reply = await api.send('GET', '/api/events');
    expect(reply.body.data[0].organizer).toMatchObject({ id: expect.any(String), email: null });
    expect(JSON.stringify(reply.body)).not.toContain('secret@example.com');
  });

  it('gives a hundred rows where no limit is asked for, and the way to the next', async () => {
    const admin = await api.account({ role: 'admin' });
    await Promise.all(Array.from({ length: 101 }, () => api.send('POST', '/api/events', { as: admin, body: CONCERT })));
    const reply = await api.send('GET', '/api/events');
    expect(reply.body.data).toHaveLength(100);
    expect(reply.headers.get('link')).toMatch(/, <\/api\/events\?limit=100&cursor=[\w.-]+>; rel="next"$/);
    expect((await api.send('GET', '/api/events?limit=101')).status).toBe(400);
  });

  it('wants passwords of eight characters that are not the most common', async () => {
    for (const password of ['seven77', 'password123', 'slipknot', 'Left4Dead', 'RAHASIA123']) {
      const reply = await api.send('POST', '/api/auth/register', { body: { name: 'A', email: 'a@example.com', password } });
      expect([reply.status, reply.body.errors]).toEqual([400, [{ field: 'password', message: expect.any(String) }]]);
    }
  });
});
