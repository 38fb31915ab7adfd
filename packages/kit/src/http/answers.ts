import { randomBytes, randomUUID } from 'node:crypto';
import { allSettled, check, equal } from '../assertions.ts';
import { anId } from '../builders.ts';
import { type Account, type Answer, type Ask, fieldsOf, PLAN, said } from './sale-client.ts';
import type { ServerLaw, ServerScene } from './server-law.ts';

const DENIED = '403 Akses ditolak';
const ADMINS_ONLY = '403 Akses ditolak. Hanya admin yang dapat melakukan aksi ini';

/** A token with the role `admin` and no valid signature. */
function forged(token: string, header?: string): Pick<Account, 'token'> {
  const [ownHeader = '', payload = '', signature = ''] = token.split('.');
  const claims = { ...fieldsOf(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8') || '{}')), role: 'admin' };
  const changed = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return { token: header === undefined ? `${ownHeader}.${changed}.${signature}` : `${Buffer.from(header).toString('base64url')}.${changed}.` };
}

/** Requires that every request is refused with this status, and that the event has not changed. */
async function requireRefused(scene: ServerScene, status: number, what: string, asks: readonly (() => Promise<Answer>)[]): Promise<void> {
  const event = await scene.client.event(scene.admin);
  const before = await scene.client.readEvent(event);
  for (const ask of asks) equal((await ask()).status, status, `the status of ${what}`);
  equal(await scene.client.readEvent(event), before, 'the event');
}

/** Who may do what, what is refused, and what an answer looks like. */
export const ANSWERS: readonly ServerLaw[] = [
  {
    id: 'H20',
    title: 'a booking is read, changed and deleted by its owner and by admins alone',
    hold: async ({ client, admin, buyer, stranger }) => {
      const event = await client.event(admin);
      const booking = await client.booked(buyer, event, 2);
      const path = `/api/bookings/${booking.id}`;
      for (const method of ['GET', 'DELETE'] as const)
        equal(said(await client.send(method, path, { as: stranger })), DENIED, `${method} by a stranger`);
      equal(said(await client.setStatus(stranger, booking.id, 'cancelled')), DENIED, 'PATCH by a stranger');
      for (const as of [buyer, admin]) equal(await client.readBooking(as, booking.id), booking, 'the booking');
      equal((await client.requireBooks(admin, event, [booking.id])).available, 8, 'tickets left');
      equal(said(await client.setStatus(admin, booking.id, 'cancelled')), '200 Status booking berhasil diupdate', 'PATCH by an admin');
    },
  },
  {
    id: 'H21',
    title: 'a list of bookings has those of its reader alone, and an admin reads all',
    hold: async ({ client, admin, buyer, stranger }) => {
      const event = await client.event(admin);
      const [own, other] = [await client.booked(buyer, event), await client.booked(stranger, event)];
      const listed = async (as: Account) => {
        const { data } = await client.send('GET', '/api/bookings', { as });
        return Array.isArray(data) ? data.map((row) => fieldsOf(row)) : [];
      };
      const owners = new Set((await listed(buyer)).map(({ user_id }) => user_id));
      equal([...owners], [buyer.id], 'the owners in the list');
      const ids = (await listed(buyer)).map(({ id }) => id);
      equal([ids.includes(own.id), ids.includes(other.id)], [true, false], 'own and other bookings in the list');
    },
  },
  {
    id: 'H22',
    title: 'only admins create, change and delete events',
    hold: async (scene) => {
      const { client, admin, buyer } = scene;
      const event = await client.event(admin);
      const before = await client.readEvent(event);
      const asks: readonly [Parameters<typeof client.send>[0], string, Ask['body']?][] = [
        ['POST', '/api/events', PLAN],
        ['PUT', `/api/events/${event}`, { total_tickets: 1000 }],
        ['DELETE', `/api/events/${event}`],
      ];
      for (const [method, path, body] of asks) {
        equal(said(await client.send(method, path, { as: buyer, body })), ADMINS_ONLY, `${method} by a user`);
        equal((await client.send(method, path, { body })).status, 401, `the status of ${method} without a token`);
      }
      equal(await client.readEvent(event), before, 'the event');
    },
  },
  {
    id: 'H23',
    title: 'a token that the server did not sign is refused, and nothing is stored',
    hold: async (scene) => {
      const { client, buyer } = scene;
      const tokens = [undefined, { token: 'x' }, forged(buyer.token), forged(buyer.token, '{"alg":"none","typ":"JWT"}')];
      const event = await client.event(scene.admin);
      const asks = tokens.flatMap((as) => [
        () => client.send('POST', '/api/events', { as, body: PLAN }),
        () => client.send('POST', '/api/bookings', { as, body: { event_id: event, quantity: 1 } }),
        () => client.send('GET', '/api/bookings', { as }),
      ]);
      await requireRefused(scene, 401, 'a request without a token that is valid', asks);
      equal((await client.readEvent(event)).available, PLAN.total_tickets, 'tickets left');
    },
  },
  {
    id: 'H24',
    title: 'no answer has a password or its hash, and a wrong password or a taken e-mail is refused',
    hold: async ({ client, admin, buyer }) => {
      const account = { name: 'ticket-kit', email: `${randomUUID()}@example.com`, password: randomBytes(24).toString('base64url') };
      const registered = await client.send('POST', '/api/auth/register', { body: account });
      equal(said(registered), '201 Registrasi berhasil');
      equal(said(await client.send('POST', '/api/auth/register', { body: account })), '400 Email sudah terdaftar', 'the same e-mail again');
      const login = await client.send('POST', '/api/auth/login', { body: { email: account.email, password: account.password } });
      equal(said(login), '200 Login berhasil');
      const wrong = await client.send('POST', '/api/auth/login', { body: { email: account.email, password: 'wrong horse' } });
      equal(said(wrong), '401 Email atau password salah');
      const { id } = fieldsOf(fieldsOf(registered.data)['user']);
      const event = await client.event(admin);
      const booking = await client.booked(buyer, event);
      const answers = [
        registered,
        login,
        await client.send('GET', '/api/auth/me', { as: buyer }),
        await client.send('GET', `/api/users/${String(id)}`, { as: admin }),
        await client.send('GET', `/api/events/${event}`),
        await client.send('GET', `/api/bookings/${booking.id}`, { as: buyer }),
      ];
      for (const { text } of answers)
        check(!/"\w*password\w*"|\$2[aby]\$/i.test(text) && !text.includes(account.password), 'an answer has a password or its hash');
      await client.send('DELETE', `/api/users/${String(id)}`, { as: admin });
    },
  },
  {
    id: 'H30',
    title: 'a quantity that is no whole number of at least one is refused, and nothing is stored',
    hold: async ({ client, admin, buyer }) => {
      const event = await client.event(admin);
      for (const quantity of [0, -1, -10, 0.5, 1.5, 'two', '', null, {}, undefined]) {
        const { status } = await client.send('POST', '/api/bookings', { as: buyer, body: { event_id: event, quantity } });
        equal(status, 400, `the status of a booking of ${JSON.stringify(quantity)} tickets`);
      }
      for (const eventId of ['', 'x', 7, null, undefined]) {
        const { status } = await client.send('POST', '/api/bookings', { as: buyer, body: { event_id: eventId, quantity: 1 } });
        equal(status, 400, `the status of a booking for the event ${JSON.stringify(eventId)}`);
      }
      equal((await client.requireBooks(admin, event, [])).available, PLAN.total_tickets, 'tickets left');
    },
  },
  {
    id: 'H31',
    title: 'an event without a name, with a price below zero or without a ticket is refused',
    hold: async ({ client, admin }) => {
      const event = await client.event(admin);
      const invalid = [
        { name: '' },
        { name: undefined },
        { location: undefined },
        { event_date: 'tomorrow' },
        { ticket_price: -1 },
        { ticket_price: 'cheap' },
        { total_tickets: 0 },
        { total_tickets: -5 },
        { total_tickets: 1.5 },
      ];
      for (const change of invalid) {
        const { status } = await client.send('POST', '/api/events', { as: admin, body: { ...PLAN, ...change } });
        equal(status, 400, `the status of an event with ${JSON.stringify(change)}`);
      }
      for (const change of [{ ticket_price: -1 }, { total_tickets: -5 }]) {
        const { status } = await client.send('PUT', `/api/events/${event}`, { as: admin, body: change });
        equal(status, 400, `the status of a change to ${JSON.stringify(change)}`);
      }
      equal((await client.requireBooks(admin, event, [])).available, PLAN.total_tickets, 'tickets left');
    },
  },
  {
    id: 'H32',
    title: 'what is not there is answered with 404',
    hold: async ({ client, admin, buyer }) => {
      const id = anId();
      const answers = await allSettled([
        client.send('GET', `/api/events/${id}`),
        client.send('PUT', `/api/events/${id}`, { as: admin, body: { name: 'x' } }),
        client.send('DELETE', `/api/events/${id}`, { as: admin }),
        client.send('GET', `/api/bookings/${id}`, { as: buyer }),
        client.setStatus(buyer, id, 'cancelled'),
        client.send('DELETE', `/api/bookings/${id}`, { as: buyer }),
        client.book(buyer, id),
      ]);
      equal(
        answers.map(({ status }) => status),
        answers.map(() => 404),
        'the statuses',
      );
    },
  },
  {
    id: 'H33',
    title: 'answers have success, message and data, and refusals have success, message and no data',
    hold: async ({ client, admin, buyer }) => {
      const event = await client.event(admin);
      const shapeOf = ({ text }: Answer) => {
        const { success, message, data } = fieldsOf(JSON.parse(text));
        return [success, typeof message, data !== undefined];
      };
      const kept = [
        await client.send('GET', `/api/events/${event}`),
        await client.book(buyer, event),
        await client.send('GET', '/api/auth/me', { as: buyer }),
      ];
      const refused = [await client.book(buyer, event, 11), await client.book(buyer, event, 0), await client.send('GET', `/api/events/${anId()}`)];
      for (const answer of kept) equal(shapeOf(answer), [true, 'string', true], 'success, message and data of an answer');
      for (const answer of refused) equal(shapeOf(answer), [false, 'string', false], 'success, message and data of a refusal');
    },
  },
];
