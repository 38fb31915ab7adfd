import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, type Caller, CONCERT, openApi } from '../open-api.ts';

/** Small things that clients expect of every HTTP API, on both profiles. */
describe.each(['open', 'locked'] as const)('a client of the %s profile', (profile) => {
  let api: Api;
  let admin: Caller;
  let buyer: Caller;
  beforeAll(async () => {
    api = await openApi('sqlite', profile);
    [admin, buyer] = [await api.account({ role: 'admin' }), await api.account()];
  });
  afterAll(async () => {
    expect(api.logged).toEqual([]);
    await api.close();
  });
  const makeEvent = async (): Promise<string> => (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data.id;

  it('puts back what it got, and changes nothing', async () => {
    const event = await makeEvent();
    const user = buyer.id;
    for (const path of [`/api/events/${event}`, `/api/users/${user}`]) {
      const got = await api.send('GET', path, { as: admin });
      const put = await api.send('PUT', path, { as: admin, body: got.body.data });
      expect([put.status, (await api.send('GET', path, { as: admin })).body.data], path).toEqual([200, got.body.data]);
    }
  });

  it('creates a copy of what it got', async () => {
    const got = await api.send('GET', `/api/events/${await makeEvent()}`);
    const { status, body } = await api.send('POST', '/api/events', { as: admin, body: got.body.data });
    expect([status, body.data.ticket_price, body.data.id === got.body.data.id]).toEqual([201, got.body.data.ticket_price, false]);
  });

  it('finds what it created at Location, also when the answer is given again', async () => {
    const event = await makeEvent();
    const account = { name: 'Sari', email: 'sari@example.com', password: 'a long night in Palembang' };
    const made: readonly [path: string, body: object, as: Caller | undefined][] = [
      ['/api/events', CONCERT, admin],
      ['/api/bookings', { event_id: event, quantity: 1 }, buyer],
      ['/api/users', { ...account, email: 'sari2@example.com' }, admin],
      ['/api/auth/register', account, undefined],
    ];
    for (const [path, body, as] of made) {
      for (const replayed of [null, 'true']) {
        const reply = await api.send('POST', path, { as, body, headers: { 'Idempotency-Key': `round-trip-${path}` } });
        const { id } = reply.body.data.user ?? reply.body.data;
        const location = reply.headers.get('Location') ?? '';
        expect([reply.status, reply.headers.get('Idempotency-Replayed'), location.endsWith(`/${id}`)], path).toEqual([201, replayed, true]);
        expect((await api.send('GET', location, { as: admin })).body.data.id, path).toBe(id);
      }
    }
  });

  it('is told that its token is invalid only if it sent one', async () => {
    const challenge = async (headers: Record<string, string>) => (await api.send('GET', '/api/auth/me', { headers })).headers.get('WWW-Authenticate');
    expect(await challenge({})).toBe('Bearer');
    for (const Authorization of ['Bearer x', 'Basic x', '']) expect(await challenge({ Authorization })).toBe('Bearer error="invalid_token"');
    const body = { email: 'nobody@example.com', password: 'wrong horse' };
    const login = await api.send('POST', '/api/auth/login', { body, headers: { Authorization: 'Bearer x' } });
    expect([login.status, login.headers.get('WWW-Authenticate')]).toEqual([401, 'Bearer']); // a token does not help to log in
  });

  it('may write one slash at the end of a path: routes, keys, tokens and limits are the same', async () => {
    const event = await makeEvent();
    const book = (path: string) =>
      api.send('POST', path, { as: buyer, body: { event_id: event, quantity: 1 }, headers: { 'Idempotency-Key': 'one-slash' } });
    const [first, again] = [await book('/api/bookings'), await book('/api/bookings/')];
    expect([again.status, again.headers.get('Idempotency-Replayed'), again.body]).toEqual([201, 'true', first.body]);
    const account = { name: 'Sari', email: 'sari3@example.com', password: 'a long night in Palembang' };
    const registered = await api.send('POST', '/api/auth/register/', { body: account, headers: { Authorization: 'Bearer expired' } });
    expect(registered.status).toBe(201); // as on the path without a slash, the token is not read
    expect((await api.send('GET', `/api/events/${event}/`)).body.data.id).toBe(event);
    expect((await api.send('GET', '/api/events/?limit=1&offset=0')).headers.get('Link')).toContain('</api/events?limit=1&offset=1>; rel="next"');
    expect((await api.send('PATCH', '/api/events/')).headers.get('Allow')).toBe('GET, HEAD, POST');
    for (const path of ['/health/live/', '/openapi.json/']) expect((await api.send('GET', path)).status, path).toBe(200);
    for (const path of ['//', '/api/events//', `/api/events/${event}//`]) expect((await api.send('GET', path)).status, path).toBe(404);
  });

  it('hears of a query parameter that the list does not have, and of each', async () => {
    const refused = (...fields: readonly string[]) => [400, 'invalid_input', fields.map((field) => ({ field, message: 'Parameter tidak dikenal' }))];
    const ask = async (path: string) => {
      const { status, body } = await api.send('GET', path, { as: admin });
      return [status, body.code, body.errors];
    };
    for (const list of ['/api/events', '/api/bookings', '/api/users']) {
      expect(await ask(`${list}?limt=5`), list).toEqual(refused('limt'));
      expect(await ask(`${list}?Limit=5&limit=5&page=2`), list).toEqual(refused('Limit', 'page'));
      expect(await ask(`${list}?utm_source=mail&utm_campaign=a&fbclid=b&gclid=c&_=1234&limit=5`), list).toEqual([200, undefined, undefined]);
      expect(await ask(`${list}?utm=1&utm_%F0%9F%8E%AB=1&utm_id.x=1&__=2&constructor=3&toString=4`), list).toEqual(
        refused('utm', '__', 'constructor', 'toString'),
      );
      expect(await ask(`${list}?${'x'.repeat(60)}=1`), list).toEqual(refused(`${'x'.repeat(50)}…`));
      expect(await ask(`${list}?%F0%9F%8E%AB=1`), list).toEqual(refused('🎫'));
    }
    // The actor is known first: a stranger does not learn what the list has.
    expect((await api.send('GET', '/api/bookings?limt=5')).status).toBe(401);
  });
});
