import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { CONCERT } from '../open-api.ts';
import { ask, BoxOffice, type Heard, type Person } from './box-office.ts';
import { type Server, startServer, until } from './programs.ts';
import { CALM, query, reckon } from './reckoning.ts';
import { type ReplicatedServer, replicatedServer, replicatedServers } from './replicated-server.ts';
import { Splitter } from './splitter.ts';
import { PostgresSplitter } from './splitter-postgres.ts';
import { storms } from './storm.ts';

const LOCKED = { SECURITY_PROFILE: 'locked' };
/** Lists, and fields of rows on the replica, may be as old as the replica. The existence of a row and a user's rights are never old. */
const UNTRUE = [401, 403, 404, 500, 503];

describe.each(replicatedServers)('a splitter on %s whose replica lags behind its primary', (engine) => {
  let pair: ReplicatedServer;
  let splitter: Splitter | PostgresSplitter;
  /** This server writes and reads at the primary. */
  let direct: Server;
  /** The plain reads of this server are old. */
  let behind: Server;
  let locked: Server;
  let office: BoxOffice;
  let buyer: Person;

  beforeAll(async () => {
    pair = await replicatedServer(engine);
    const store = pair.primary.store();
    const ports = { primary: pair.primary.port, replica: pair.replica.port };
    splitter = 'password' in store ? await PostgresSplitter.lay({ ...ports, password: store.password }) : await Splitter.lay(ports);
    direct = await startServer(store, { env: pair.env });
    office = await BoxOffice.open(direct.url);
    await pair.caughtUp();
    const start = async (env = {}) => ({ ...(await startServer({ ...store, port: splitter.port }, { env: { ...pair.env, ...env } })), store });
    [behind, locked] = await Promise.all([start(), start(LOCKED)]);
    const [first] = office.buyers;
    if (first === undefined) throw new Error('there is no buyer');
    buyer = first;
  });

  const register = async (url: string, role = 'user') => {
    const account = { name: 'Ann', email: `${randomUUID()}@example.com`, password: 'a long password', role };
    const { status, body } = await ask(url, 'POST', '/api/auth/register', { body: account });
    expect(status).toBe(201);
    return { ...account, id: String(body.data.user.id), token: String(body.data.token) };
  };
  const make = async (url: string, as = office.admin) => {
    const { status, body } = await ask(url, 'POST', '/api/events', { as, body: CONCERT });
    expect(status).toBe(201);
    return String(body.data.id);
  };
  const book = async (url: string, { as = buyer, eventId = office.sales.at(-1)?.id, key }: { as?: Person; eventId?: string; key?: string } = {}) => {
    const { status, body } = await ask(url, 'POST', '/api/bookings', { as, key, body: { event_id: eventId, quantity: 2 } });
    expect(status).toBe(201);
    return String(body.data.id);
  };
  const setStatus = (url: string, id: string, status: string, as = buyer) =>
    ask(url, 'PATCH', `/api/bookings/${id}/status`, { as, body: { status } });
  const logIn = (url: string, { email, password }: { email: string; password: string }) =>
    ask(url, 'POST', '/api/auth/login', { body: { email, password } });
  const stored = async (sql: string) =>
    (await query<{ found: number | string }>(direct.store, `SELECT COUNT(*) AS found ${sql}`)).map(({ found }) => Number(found))[0];
  const heard = ({ status, body }: Heard) => [status, body.message];

  describe.each([
    ['at another server', () => direct.url],
    ['at the same server', () => behind.url],
  ])('what was done %s a moment ago', (_, there) => {
    const here = () => behind.url;
    beforeAll(async () => {
      await pair.catchUp();
      await pair.holdBack();
      splitter.readsAtReplica = 0;
      return () => expect(splitter.readsAtReplica).toBeGreaterThan(0);
    });

    it('a booking: its owner cancels it', async () => {
      const id = await book(there());
      const answer = await setStatus(here(), id, 'cancelled');
      expect([answer.status, answer.body.data?.status]).toEqual([200, 'cancelled']);
      expect(await stored(`FROM bookings WHERE id = '${id}' AND status = 'cancelled'`)).toBe(1);
    });

    it('a booking: its owner sets it to pending and confirms it', async () => {
      const id = await book(there());
      expect(heard(await setStatus(there(), id, 'pending'))[0]).toBe(200);
      const answer = await setStatus(here(), id, 'confirmed');
      expect([answer.status, answer.body.data?.status]).toEqual([200, 'confirmed']);
      expect(await stored(`FROM bookings WHERE id = '${id}' AND status = 'confirmed'`)).toBe(1);
    });

    it('a booking: its owner deletes it, and then it is gone', async () => {
      const id = await book(there());
      expect(heard(await ask(here(), 'DELETE', `/api/bookings/${id}`, { as: buyer }))[0]).toBe(200);
      expect(await stored(`FROM bookings WHERE id = '${id}'`)).toBe(0);
      expect((await ask(here(), 'DELETE', `/api/bookings/${id}`, { as: buyer })).status).toBe(404);
      expect((await setStatus(here(), id, 'cancelled')).status).toBe(404);
      expect((await ask(here(), 'GET', `/api/bookings/${id}`, { as: buyer })).status).toBe(404);
    });

    it('a booking: its owner reads it, and so does an admin', async () => {
      const id = await book(there());
      for (const as of [buyer, office.admin]) {
        const { status, body } = await ask(here(), 'GET', `/api/bookings/${id}`, { as });
        expect([status, body.data?.id, body.data?.quantity]).toEqual([200, id, 2]);
      }
    });

    it('a booking whose event and buyer are new too: it is read whole', async () => {
      const as = await register(there());
      const eventId = await make(there());
      const id = await book(there(), { as, eventId });
      const { status, body } = await ask(here(), 'GET', `/api/bookings/${id}`, { as });
      expect([status, body.data?.user?.id, body.data?.event?.id]).toEqual([200, as.id, eventId]);
      expect((await setStatus(here(), id, 'cancelled', as)).status).toBe(200);
    });

    it('a booking of another user: 403, not 404', async () => {
      const id = await book(there());
      const [, stranger] = office.buyers;
      const answers = await Promise.all([
        ask(here(), 'GET', `/api/bookings/${id}`, { as: stranger }),
        setStatus(here(), id, 'cancelled', stranger),
        ask(here(), 'DELETE', `/api/bookings/${id}`, { as: stranger }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    });

    it('a booking under a key: asked for again it is the same', async () => {
      const key = randomUUID();
      const eventId = office.sales.at(-1)?.id ?? '';
      const id = await book(there(), { eventId, key });
      const again = await ask(here(), 'POST', '/api/bookings', { as: buyer, key, body: { event_id: eventId, quantity: 2 } });
      expect([again.status, again.headers.get('idempotency-replayed'), again.body.data?.id]).toEqual([201, 'true', id]);
    });

    it('an event: it is read, changed, booked, and deleted', async () => {
      const id = await make(there());
      const read = await ask(here(), 'GET', `/api/events/${id}`);
      expect([read.status, read.body.data?.id, read.body.data?.organizer?.id]).toEqual([200, id, office.admin.id]);
      const change = await ask(here(), 'PUT', `/api/events/${id}`, { as: office.admin, body: { name: 'Another name' } });
      expect([change.status, change.body.data?.name]).toEqual([200, 'Another name']);
      const booking = await book(here(), { eventId: id });
      expect((await setStatus(there(), booking, 'cancelled')).status).toBe(200);
      expect((await ask(here(), 'DELETE', `/api/events/${id}`, { as: office.admin })).status).toBe(200);
      expect(await stored(`FROM events WHERE id = '${id}'`)).toBe(0);
      expect((await ask(here(), 'DELETE', `/api/events/${id}`, { as: office.admin })).status).toBe(404);
      expect((await ask(here(), 'POST', '/api/bookings', { as: buyer, body: { event_id: id, quantity: 1 } })).status).toBe(404);
    });

    it('an account: its owner logs in, is known by their token, and buys', async () => {
      const person = await register(there());
      const login = await logIn(here(), person);
      expect(login.status).toBe(200);
      for (const token of [person.token, login.body.data.token]) {
        const { status, body } = await ask(here(), 'GET', '/api/auth/me', { as: { ...person, token } });
        expect([status, body.data?.id]).toEqual([200, person.id]);
        expect((await ask(here(), 'GET', '/api/bookings', { as: { ...person, token } })).status).toBe(200);
      }
      const id = await book(here(), { as: person });
      expect((await setStatus(here(), id, 'cancelled', person)).status).toBe(200);
    });

    it('an account: its address is taken, and a wrong password is wrong', async () => {
      const { email, name, password } = await register(there());
      const again = await ask(here(), 'POST', '/api/auth/register', { body: { email, name, password } });
      expect(heard(again)).toEqual([400, 'Email sudah terdaftar']);
      expect(heard(await logIn(here(), { email, password: 'another password' }))).toEqual([401, 'Email atau password salah']);
    });

    it('an account, open profile: anyone reads, changes and deletes it', async () => {
      const { id } = await register(there());
      expect((await ask(here(), 'GET', `/api/users/${id}`)).status).toBe(200);
      const change = await ask(here(), 'PUT', `/api/users/${id}`, { body: { name: 'Anna' } });
      expect([change.status, change.body.data?.name]).toEqual([200, 'Anna']);
      expect((await ask(here(), 'DELETE', `/api/users/${id}`)).status).toBe(200);
      expect(await stored(`FROM users WHERE id = '${id}'`)).toBe(0);
      expect((await ask(here(), 'PUT', `/api/users/${id}`, { body: { name: 'Anna' } })).status).toBe(404);
      expect((await ask(here(), 'GET', `/api/users/${id}`)).status).toBe(404);
    });

    it('an account, locked profile: its owner and an admin may, a stranger may not', async () => {
      const person = await register(there());
      const asked = (method: string, as: Person, body?: unknown) => ask(locked.url, method, `/api/users/${person.id}`, { as, body });
      const answers = [
        await asked('GET', person),
        await asked('GET', office.admin),
        await asked('PUT', person, { name: 'Anna' }),
        await asked('PUT', office.admin, { name: 'Annabel' }),
        await asked('PUT', buyer, { name: 'Eve' }),
        await asked('DELETE', person),
        await asked('DELETE', office.admin),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 403, 403, 200]);
    });

    it('a new password: its owner logs in with it and no longer with the old one, and only the new token counts', async () => {
      const person = await register(there());
      await pair.catchUp();
      await pair.holdBack();
      const password = 'a longer password';
      expect((await ask(there(), 'PUT', `/api/users/${person.id}`, { as: person, body: { password } })).status).toBe(200);
      const login = await logIn(here(), { ...person, password });
      expect(login.status).toBe(200);
      const as = { ...person, token: String(login.body.data.token) };
      expect((await ask(here(), 'GET', '/api/auth/me', { as })).status).toBe(200);
      expect((await ask(here(), 'GET', '/api/bookings', { as })).status).toBe(200);
      await book(here(), { as });
      expect((await ask(here(), 'POST', '/api/bookings', { as: person, body: { event_id: office.sales.at(-1)?.id, quantity: 1 } })).status).toBe(401);
      expect(heard(await logIn(here(), person))).toEqual([401, 'Email atau password salah']);
    });

    it('a promoted user: they act as an admin', async () => {
      const [person, other] = [await register(there()), await make(there())];
      const booking = await book(there());
      await pair.catchUp();
      await pair.holdBack();
      expect((await ask(there(), 'PUT', `/api/users/${person.id}`, { body: { role: 'admin' } })).status).toBe(200);
      const answers = [
        await ask(here(), 'PUT', `/api/events/${other}`, { as: person, body: { name: 'Another name' } }),
        await ask(here(), 'GET', `/api/bookings/${booking}`, { as: person }),
        await setStatus(here(), booking, 'cancelled', person),
        await ask(here(), 'POST', '/api/events', { as: person, body: CONCERT }),
        await ask(locked.url, 'GET', '/api/users', { as: person }),
        await ask(locked.url, 'GET', `/api/users/${buyer.id}`, { as: person }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 201, 200, 200]);
    });

    it('an id that nothing has stays 404', async () => {
      const nobody = randomUUID();
      const answers = await Promise.all([
        ask(here(), 'GET', `/api/events/${nobody}`),
        ask(here(), 'PUT', `/api/events/${nobody}`, { as: office.admin, body: { name: 'No name' } }),
        ask(here(), 'DELETE', `/api/events/${nobody}`, { as: office.admin }),
        ask(here(), 'GET', `/api/bookings/${nobody}`, { as: buyer }),
        setStatus(here(), nobody, 'cancelled'),
        ask(here(), 'DELETE', `/api/bookings/${nobody}`, { as: buyer }),
        ask(here(), 'GET', `/api/users/${nobody}`),
        ask(here(), 'PUT', `/api/users/${nobody}`, { body: { name: 'Nobody' } }),
        ask(here(), 'DELETE', `/api/users/${nobody}`),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
      expect((await logIn(here(), { email: `${nobody}@example.com`, password: 'a long password' })).status).toBe(401);
    });

    it('a deleted user: their token buys nothing, and opens nothing once the replica knows', async () => {
      const person = await register(there());
      await pair.catchUp();
      await pair.holdBack();
      expect((await ask(there(), 'DELETE', `/api/users/${person.id}`)).status).toBe(200);
      const order = { as: person, body: { event_id: office.sales.at(-1)?.id, quantity: 1 } };
      expect((await ask(here(), 'POST', '/api/bookings', order)).status).toBe(401);
      await pair.catchUp();
      await pair.holdBack();
      expect((await ask(here(), 'GET', '/api/auth/me', { as: person })).status).toBe(401);
      expect((await ask(here(), 'GET', '/api/bookings', { as: person })).status).toBe(401);
      expect((await logIn(here(), person)).status).toBe(401);
    });

    it('lists may be as old as the replica, and are whole', async () => {
      await book(there());
      const answers = await Promise.all(['/api/events', '/api/bookings', '/api/users'].map((path) => ask(here(), 'GET', path, { as: office.admin })));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      for (const row of answers[1]?.body.data ?? []) expect([row.user?.id, row.event?.id]).toEqual([row.user_id, row.event_id]);
    });
  });

  it('many at once do something with what they booked a moment ago: every answer is true', async () => {
    await pair.catchUp();
    await pair.holdBack();
    const wishes = [
      (id: string) => setStatus(behind.url, id, 'cancelled'),
      (id: string) => ask(behind.url, 'DELETE', `/api/bookings/${id}`, { as: buyer }),
      (id: string) => ask(behind.url, 'GET', `/api/bookings/${id}`, { as: buyer }),
    ];
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const id = await book(index % 2 === 0 ? direct.url : behind.url, { eventId: office.sales[1 + (index % 2)]?.id ?? '' });
        return (await wishes[index % wishes.length]?.(id))?.status ?? 0;
      }),
    );
    expect(statuses.filter((status) => UNTRUE.includes(status))).toEqual([]);
    expect(behind.output()).not.toContain('failed unexpectedly');
  });

  it('a server starts while the replica has no tables yet: no migration is written down twice, and it sells once the replica has them', async () => {
    await pair.catchUp();
    const store = pair.primary.store();
    await pair.primary.query(`CREATE DATABASE ${store.database}`);
    await pair.caughtUp();
    await pair.holdBack();
    await startServer(store, { env: pair.env }); // creates the tables
    const starting = startServer({ ...store, port: splitter.port }, { env: pair.env });
    starting.catch(() => undefined); // its outcome is checked below
    await sleep(2000);
    await pair.catchUp();
    const second = await starting;
    const names = (await query<{ name: string }>(store, 'SELECT name FROM migrations')).map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    await until('the second server is ready', async () => ((await ask(second.url, 'GET', '/health/ready')).status === 200 ? true : undefined));
    const fresh = await BoxOffice.open(second.url);
    expect((await fresh.order()).status).toBe(201);
    await pair.caughtUp();
    await reckon(fresh, { ...second, store });
  });

  it('two servers, one replica that is a second behind: a storm, and what was bought is cancelled at once', { timeout: 120_000 }, async () => {
    await pair.catchUp();
    const store = pair.primary.store();
    const one = await startServer(store, { env: pair.env });
    const open = await BoxOffice.open(one.url);
    await pair.caughtUp();
    const other = { ...(await startServer({ ...store, port: splitter.port }, { env: pair.env })), store };
    await until('the other server is ready', async () => ((await ask(other.url, 'GET', '/health/ready')).status === 200 ? true : undefined));
    await pair.lag(1);
    open.url = other.url; // the cancellations go there
    splitter.readsAtReplica = 0;
    await storms(open, 2500, { at: [one.url, other.url] });
    expect(splitter.readsAtReplica).toBeGreaterThan(0);
    await pair.catchUp();
    expect(one.output()).not.toContain('failed unexpectedly');
    await reckon(open, other, { heard: [...CALM, '503'] });
  });
});
