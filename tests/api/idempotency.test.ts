import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKENS } from '../../packages/adapters/src/container.ts';
import { createFingerprint } from '../../packages/adapters/src/security/fingerprint.ts';
import { engines } from '../engines.ts';
import { type Api, type Caller, CONCERT, openApi } from '../open-api.ts';

describe.each(engines)('Idempotency-Key on %s', (engine) => {
  let api: Api;
  let admin: Caller;
  let buyer: Caller;
  beforeAll(async () => {
    api = await openApi(engine, 'open');
    [admin, buyer] = [await api.account({ role: 'admin' }), await api.account()];
  });
  afterAll(() => api.close());

  const concert = async (total_tickets = 10): Promise<string> =>
    (await api.send('POST', '/api/events', { as: admin, body: { ...CONCERT, total_tickets } })).body.data.id;
  const left = async (id: string): Promise<number> => (await api.send('GET', `/api/events/${id}`)).body.data.available_tickets;
  const book = (event_id: string, key: string, { as = buyer, quantity = 2 } = {}) =>
    api.send('POST', '/api/bookings', { as, body: { event_id, quantity }, headers: { 'Idempotency-Key': key } });

  it('gives the first answer again, marked, and books once', async () => {
    const event = await concert();
    const first = await book(event, 'a1');
    const again = await book(event, 'a1');
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([null, 'true']);
    expect(await left(event)).toBe(8);
  });

  it('gives the first answer again after the booking was cancelled', async () => {
    const event = await concert();
    const first = await book(event, 'a2');
    await api.send('PATCH', `/api/bookings/${first.body.data.id}/status`, { as: buyer, body: { status: 'cancelled' } });
    expect((await book(event, 'a2')).body).toEqual(first.body);
    expect(await left(event)).toBe(10);
  });

  it('answers 422 to the key with another body or on another route, and makes nothing', async () => {
    const event = await concert();
    await book(event, 'a3');
    const other = await book(event, 'a3', { quantity: 3 });
    expect([other.status, other.body]).toEqual([
      422,
      { success: false, code: 'idempotency_key_reused', message: 'Idempotency-Key sudah dipakai untuk permintaan lain', errors: null },
    ]);
    expect(await left(event)).toBe(8);
    await book(event, 'a3b', { as: admin });
    const elsewhere = await api.send('POST', '/api/events', { as: admin, body: CONCERT, headers: { 'Idempotency-Key': 'a3b' } });
    expect(elsewhere.status).toBe(422);
  });

  it('is each user’s own', async () => {
    const event = await concert();
    const [mine, his] = [await book(event, 'a4'), await book(event, 'a4', { as: admin })];
    expect([mine.status, his.status, his.headers.get('idempotency-replayed')]).toEqual([201, 201, null]);
    expect(his.body.data.id).not.toBe(mine.body.data.id);
  });

  it('F23: the same POST twenty times at once books once: repeats get 409 meanwhile, and afterwards the first answer', async () => {
    const event = await concert();
    const replies = await Promise.all(Array.from({ length: 20 }, () => book(event, 'a5')));
    const made = replies.filter(({ status }) => status === 201);
    expect(made.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    for (const { status, body, headers } of replies.filter((reply) => !made.includes(reply))) {
      expect([status, headers.get('retry-after')]).toEqual([409, '1']);
      expect(body).toEqual({
        success: false,
        code: 'idempotency_key_in_progress',
        message: 'Permintaan dengan Idempotency-Key ini masih diproses',
        errors: null,
      });
    }
    const after = await book(event, 'a5');
    expect([after.status, after.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(new Set([...made, after].map(({ body }) => body.data.id)).size).toBe(1);
    expect(await left(event)).toBe(8);
  });

  it('answers 422 to the key with another body while the first is under way, too', async () => {
    const event = await concert();
    const [first, other] = await Promise.all([book(event, 'a5b'), book(event, 'a5b', { quantity: 3 })]);
    expect([first.status, other.status]).toEqual([201, 422]);
    expect(await left(event)).toBe(8);
  });

  it('keeps no refusal', async () => {
    const event = await concert(1);
    expect((await book(event, 'a6')).status).toBe(400);
    await api.send('PUT', `/api/events/${event}`, { as: admin, body: { total_tickets: 5 } });
    expect((await book(event, 'a6')).status).toBe(201);
  });

  it('refuses a token that is no longer valid before anything else', async () => {
    const leaver = await api.account();
    const event = await concert();
    const first = await book(event, 'a7', { as: leaver });
    await api.send('DELETE', `/api/bookings/${first.body.data.id}`, { as: leaver });
    await api.send('DELETE', `/api/users/${leaver.id}`, { as: admin });
    expect((await book(event, 'a7', { as: leaver })).status).toBe(401);
  });

  it('gives no first answer to a demoted admin: rights are those of now, as for a new request', async () => {
    const former = await api.account({ role: 'admin' });
    const make = (path: string, key: string, body: object) => api.send('POST', path, { as: former, body, headers: { 'Idempotency-Key': key } });
    const order = { event_id: await concert(), quantity: 1 };
    const event = () => make('/api/events', 'a12', CONCERT);
    const booking = () => make('/api/bookings', 'a13', order);
    expect([(await event()).status, (await event()).status, (await booking()).status]).toEqual([201, 201, 201]);
    await api.send('PUT', `/api/users/${former.id}`, { as: admin, body: { role: 'user' } });
    const replies = [await event(), await make('/api/events', 'a12', { ...CONCERT, total_tickets: 7 }), await make('/api/events', 'a14', CONCERT)];
    const message = 'Akses ditolak. Hanya admin yang dapat melakukan aksi ini';
    for (const { status, body } of replies) expect([status, body]).toEqual([403, { success: false, code: 'forbidden', message, errors: null }]);
    const again = await booking(); // a user may still book
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
  });

  it('gives no first answer of a made user where only admins make them and the actor is none any more', async () => {
    const locked = await openApi(engine, 'locked');
    try {
      const [former, chief] = [await locked.account({ role: 'admin' }), await locked.account({ role: 'admin' })];
      const body = { name: 'Budi', email: 'budi-kept@example.com', password: 'correct horse' };
      const make = () => locked.send('POST', '/api/users', { as: former, body, headers: { 'Idempotency-Key': 'a15' } });
      expect([(await make()).status, (await make()).headers.get('idempotency-replayed')]).toEqual([201, 'true']);
      await locked.send('PUT', `/api/users/${former.id}`, { as: chief, body: { role: 'user' } });
      const refused = await make();
      expect([refused.status, refused.text.includes('budi-kept')]).toEqual([403, false]);
      await locked.send('DELETE', `/api/users/${former.id}`, { as: chief });
      expect((await make()).status).toBe(401);
    } finally {
      await locked.close();
    }
  });

  it('registers once, and signs in those who repeat it with the same password only', async () => {
    const person = { name: 'Jane', email: 'jane-once@example.com', password: 'correct horse' };
    const register = (body: object) => api.send('POST', '/api/auth/register', { body, headers: { 'Idempotency-Key': 'a8' } });
    const [first, again, stranger] = [await register(person), await register(person), await register({ ...person, password: 'wrong horse' })];
    expect([first.status, again.status, stranger.status]).toEqual([201, 201, 422]);
    expect(again.body.data.user).toEqual(first.body.data.user);
    expect((await api.send('GET', '/api/auth/me', { as: { id: '', token: again.body.data.token } })).status).toBe(200);
    const kept = JSON.stringify(await api.query(`SELECT answer FROM idempotency_keys WHERE owner = 'anonymous'`));
    expect(kept).toContain('jane-once');
    expect(kept).not.toMatch(/password|\$2[aby]\$|token"/);
  });

  it.each([
    ['a log-out', (as: Caller) => api.send('POST', '/api/auth/logout', { as })],
    ['a new password', (as: Caller) => api.send('PUT', `/api/users/${as.id}`, { as, body: { password: 'another horse' } })],
    ['the end of the account', (as: Caller) => api.send('DELETE', `/api/users/${as.id}`, { as: admin })],
  ])('answers a registration as it was after %s, with a token that opens nothing', async (what, end) => {
    const person = { name: 'Jane', email: `${what.replaceAll(' ', '-')}@example.com`, password: 'correct horse' };
    const register = () => api.send('POST', '/api/auth/register', { body: person, headers: { 'Idempotency-Key': `a8-${person.email}` } });
    const { user, token } = (await register()).body.data;
    expect((await end({ id: user.id, token })).status).toBe(200);
    const again = await register();
    expect([again.status, again.headers.get('idempotency-replayed'), again.body.data.user]).toEqual([201, 'true', user]);
    expect((await api.send('GET', '/api/auth/me', { as: { id: user.id, token: again.body.data.token } })).status).toBe(401);
  });

  it.each([
    ['users', () => ({ name: 'Budi', email: 'budi-once@example.com', password: 'correct horse' })],
    ['events', () => CONCERT],
  ])('makes one of %s once', async (what, body) => {
    const make = () => api.send('POST', `/api/${what}`, { as: admin, body: body(), headers: { 'Idempotency-Key': `a9-${what}` } });
    const [first, again] = [await make(), await make()];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
  });

  it.each(['', 'two words', 'kunci-\u00fc', 'k'.repeat(256)])('is refused as %j', async (key) => {
    const event = await concert();
    const reply = await book(event, key);
    expect([reply.status, reply.body.errors?.[0].field]).toEqual([400, 'Idempotency-Key']);
    const nobody = await api.send('POST', '/api/bookings', { body: { event_id: event, quantity: 1 }, headers: { 'Idempotency-Key': key } });
    expect(nobody.status).toBe(401); // rights are checked before the content of a request
    expect(await left(event)).toBe(10);
  });

  it.each(['<string>', 'order-<uuid>', '<>', '{{idempotency_key}}', 'order-{{$guid}}'])(
    'is refused as %s, which a tool sends for everybody',
    async (key) => {
      const event = await concert();
      const reply = await book(event, key);
      expect([reply.status, reply.body.errors]).toEqual([
        400,
        [{ field: 'Idempotency-Key', message: 'Masih berisi placeholder, ganti dengan nilai unik seperti UUID' }],
      ]);
      const registered = ['sari', 'budi'].map((name) =>
        api.send('POST', '/api/auth/register', {
          body: { name, email: `${name}@placeholder.example`, password: 'correct horse' },
          headers: { 'Idempotency-Key': key },
        }),
      );
      expect((await Promise.all(registered)).map(({ status }) => status)).toEqual([400, 400]); // not 422 for the second person
      expect(await left(event)).toBe(10);
    },
  );

  it.each(['a<b', 'a>b', '>string<', '{a}', '{{', '}}{{'])('may be %s, which is no placeholder', async (key) => {
    expect((await book(await concert(), key)).status).toBe(201);
  });

  it('is refused as a placeholder in the locked profile too', async () => {
    const locked = await openApi(engine, 'locked');
    try {
      const as = await locked.account({ role: 'admin' });
      const reply = await locked.send('POST', '/api/events', { as, body: CONCERT, headers: { 'Idempotency-Key': '<string>' } });
      expect([reply.status, reply.body.errors[0].field]).toEqual([400, 'Idempotency-Key']);
    } finally {
      await locked.close();
    }
  });

  it('gives the first answer again under the secret before, and nothing else', async () => {
    const jwt = { secret: 'a secret of the tests, long enough for HS256', ttlSeconds: 3600, previousSecrets: ['the secret before'] };
    const later = await openApi(engine, 'open', {}, { jwt });
    try {
      const as = await later.account({ role: 'admin' });
      const make = (body: object) => later.send('POST', '/api/events', { as, body, headers: { 'Idempotency-Key': 'a11' } });
      const first = await make(CONCERT);
      const before = createFingerprint('the secret before')(['POST /api/events\n', JSON.stringify(CONCERT)]);
      const update = (fingerprint: string) =>
        later.container.get(TOKENS.database).transaction((manager) => manager.query('UPDATE idempotency_keys SET fingerprint = ?', [fingerprint]));
      await update(before);
      const again = await make(CONCERT);
      expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([201, 'true', first.body]);
      expect((await make({ ...CONCERT, total_tickets: 7 })).status).toBe(422);
      await update(createFingerprint('a secret of nobody')(['POST /api/events\n', JSON.stringify(CONCERT)]));
      expect((await make(CONCERT)).status).toBe(422);
    } finally {
      await later.close();
    }
  });

  it('is ignored where nothing is made', async () => {
    const event = await concert();
    const { body } = await book(event, 'a10');
    const cancel = () =>
      api.send('PATCH', `/api/bookings/${body.data.id}/status`, {
        as: buyer,
        body: { status: 'cancelled' },
        headers: { 'Idempotency-Key': 'a10' },
      });
    expect([(await cancel()).status, (await cancel()).status]).toEqual([200, 200]);
  });
});
