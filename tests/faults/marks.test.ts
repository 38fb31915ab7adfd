import { beforeAll, describe, expect, it } from 'vitest';
import { ask, BoxOffice, type Person } from './box-office.ts';
import { privateServer, privateServers } from './private-server.ts';
import { type Server, type Store, startServer } from './programs.ts';
import { query } from './reckoning.ts';
import { BEGIN, COMMIT, holdBack, loseAnswer, Wire } from './wire.ts';

/**
 * One server commits a change and loses the answer. Before it finds out the outcome, a client changes the same row at the other server. The
 * first change happened once, before the second. The server answers it as done, and the second change stays in the row.
 */
describe.each(privateServers)('on %s a COMMIT whose answer is lost, and a newer change at another server before it is found out', (engine) => {
  let store: Store;
  let wire: Wire;
  let first: Server;
  let second: Server;
  let office: BoxOffice;
  beforeAll(async () => {
    const database = await privateServer(engine);
    wire = await Wire.lay(database);
    const direct = database.store();
    store = direct;
    first = await startServer({ ...direct, port: wire.port });
    second = await startServer(store);
    office = await BoxOffice.open(second.url);
  });

  interface Change {
    readonly method: 'PUT' | 'PATCH' | 'DELETE' | 'POST';
    readonly path: string;
    readonly as: Person;
    readonly body?: unknown;
  }

  /** The answers at the two servers. The older change is stored. While its server finds out the outcome, the newer change arrives. */
  async function race(older: Change, newer: Change) {
    const committed = wire.trap(COMMIT, loseAnswer);
    const answer = ask(first.url, older.method, older.path, older);
    await committed;
    const held = holdBack();
    await wire.trap(BEGIN, held.fate);
    const { status } = await ask(second.url, newer.method, newer.path, newer);
    held.letGo();
    return [(await answer).status, status];
  }

  const available = async (id: string | undefined) => (await ask(second.url, 'GET', `/api/events/${id}`)).body.data.available_tickets;
  const aBooking = async () => {
    const { body } = await office.order({ quantity: 2 });
    return { id: String(body.data.id), event: String(body.data.event_id), as: office.buyers[0] as Person };
  };
  const status = (booking: Awaited<ReturnType<typeof aBooking>>, status: string): Change => ({
    method: 'PATCH',
    path: `/api/bookings/${booking.id}/status`,
    as: booking.as,
    body: { status },
  });

  it.each(['pending', 'confirmed'])('a booking that was set %s and cancelled stays cancelled, its tickets back once', async (set) => {
    const booking = await aBooking();
    const left = await available(booking.event);
    if (set === 'confirmed') await ask(second.url, 'PATCH', `/api/bookings/${booking.id}/status`, status(booking, 'pending'));
    expect(await race(status(booking, set), status(booking, 'cancelled'))).toEqual([200, 200]);
    expect((await ask(second.url, 'GET', `/api/bookings/${booking.id}`, booking)).body.data.status).toBe('cancelled');
    expect(await available(booking.event)).toBe(left + 2);
  });

  it('a cancelled booking that was confirmed again and deleted is gone, its tickets back once', async () => {
    const booking = await aBooking();
    const left = await available(booking.event);
    await ask(second.url, 'PATCH', `/api/bookings/${booking.id}/status`, status(booking, 'cancelled'));
    const removal: Change = { method: 'DELETE', path: `/api/bookings/${booking.id}`, as: booking.as };
    expect(await race(status(booking, 'confirmed'), removal)).toEqual([200, 200]);
    expect(await available(booking.event)).toBe(left + 2);
  });

  it('a booking that was cancelled and confirmed again holds its tickets', async () => {
    const booking = await aBooking();
    const left = await available(booking.event);
    expect(await race(status(booking, 'cancelled'), status(booking, 'confirmed'))).toEqual([200, 200]);
    expect(await available(booking.event)).toBe(left);
  });

  it.each([false, true])('a deleted booking is deleted once, and its event sold to others meanwhile (cancelled before: %s)', async (isCancelled) => {
    const booking = await aBooking();
    if (isCancelled) await ask(second.url, 'PATCH', `/api/bookings/${booking.id}/status`, status(booking, 'cancelled'));
    const removal: Change = { method: 'DELETE', path: `/api/bookings/${booking.id}`, as: booking.as };
    const order: Change = { method: 'POST', path: '/api/bookings', as: booking.as, body: { event_id: booking.event, quantity: 1 } };
    expect(await race(removal, order)).toEqual([200, 201]);
    expect((await ask(second.url, 'GET', `/api/bookings/${booking.id}`, booking)).status).toBe(404);
  });

  it.each([
    ['price', { ticket_price: 100 }, { ticket_price: 200 }],
    ['name', { name: 'Older' }, { name: 'Newer' }],
    ['total', { total_tickets: 6000 }, { total_tickets: 7000 }],
  ])('an event’s newer %s stays', async (_, older, newer) => {
    const path = `/api/events/${office.sales.at(-1)?.id}`;
    const as = office.admin;
    expect(await race({ method: 'PUT', path, as, body: older }, { method: 'PUT', path, as, body: newer })).toEqual([200, 200]);
    const { body } = await ask(second.url, 'GET', path);
    expect(body.data).toMatchObject('ticket_price' in newer ? { ticket_price: '200.00' } : newer);
  });

  it('a deleted event is deleted, though it is gone when that is found out', async () => {
    const { body } = await ask(second.url, 'POST', '/api/events', { as: office.admin, body: { ...EVENT, total_tickets: 3 } });
    const removal: Change = { method: 'DELETE', path: `/api/events/${body.data.id}`, as: office.admin };
    expect(await race(removal, removal)).toEqual([200, 404]);
  });

  it.each([
    ['role', { role: 'admin' }, { role: 'user' }],
    ['name', { name: 'Older' }, { name: 'Newer' }],
  ])('a user’s newer %s stays', async (_, older, newer) => {
    const person = office.buyers[3] as Person;
    const path = `/api/users/${person.id}`;
    expect(await race({ method: 'PUT', path, as: person, body: older }, { method: 'PUT', path, as: office.admin, body: newer })).toEqual([200, 200]);
    expect((await ask(second.url, 'GET', path, { as: office.admin })).body.data).toMatchObject(newer);
  });

  it('a user’s newer password stays, and the older one opens nothing', async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const { body } = await ask(second.url, 'POST', '/api/auth/register', { body: { name: 'Sari', email, password: 'the first password' } });
    const path = `/api/users/${body.data.user.id}`;
    const set = (password: string): Change => ({ method: 'PUT', path, as: office.admin, body: { password } });
    expect(await race(set('the older password'), set('the newer password'))).toEqual([200, 200]);
    const logIn = async (password: string) => (await ask(second.url, 'POST', '/api/auth/login', { body: { email, password } })).status;
    expect([await logIn('the older password'), await logIn('the newer password')]).toEqual([401, 200]);
  });

  it('a user who was made and deleted stays deleted', async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const committed = wire.trap(COMMIT, loseAnswer);
    const making = ask(first.url, 'POST', '/api/users', { as: office.admin, body: { name: 'Budi', email, password: 'a long password' } });
    await committed;
    const held = holdBack();
    await wire.trap(BEGIN, held.fate);
    const [row] = await query<{ readonly id: string }>(store, `SELECT id FROM users WHERE email = '${email}'`);
    expect((await ask(second.url, 'DELETE', `/api/users/${row?.id}`, { as: office.admin })).status).toBe(200);
    held.letGo();
    expect((await making).status).toBe(201);
    expect(await query(store, `SELECT id FROM users WHERE email = '${email}'`)).toEqual([]);
  });

  it('the server that was to find out is stopped meanwhile, for longer than its own limit of a try', { timeout: 60_000 }, async () => {
    const booking = await aBooking();
    const left = await available(booking.event);
    await ask(second.url, 'PATCH', `/api/bookings/${booking.id}/status`, status(booking, 'pending'));
    const committed = wire.trap(COMMIT, (line, statement) => {
      line.far.write(statement);
      first.child.kill('SIGSTOP');
    });
    const answer = ask(first.url, 'PATCH', `/api/bookings/${booking.id}/status`, status(booking, 'confirmed'));
    await committed;
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect((await ask(second.url, 'PATCH', `/api/bookings/${booking.id}/status`, status(booking, 'cancelled'))).status).toBe(200);
    first.child.kill('SIGCONT');
    expect((await answer).status).toBe(200);
    expect((await ask(second.url, 'GET', `/api/bookings/${booking.id}`, booking)).body.data.status).toBe('cancelled');
    expect(await available(booking.event)).toBe(left + 2);
  });
});

const EVENT = { name: 'Jazz', description: null, location: 'Palembang', event_date: '2030-02-15T14:00:00.000Z', ticket_price: 1, total_tickets: 3 };
