import { everyUseCase, PROFILES } from '@ticket/adapters';
import { inMemoryPorts } from '@ticket/domain/testing';
import { expect, it } from 'vitest';
import { documentedAnswers } from '../../../tests/documented-answers.ts';
import { createApp } from './app.ts';
import { createMetrics } from './metrics.ts';

const ports = inMemoryPorts({ policy: PROFILES.open.selling, accountPolicy: PROFILES.open.accounts });
const app = createApp({
  useCases: everyUseCase(ports),
  tokens: ports.tokens,
  fingerprint: String,
  trustedProxies: 0,
  corsOrigins: [],
  readiness: async () => ({ state: 'ready', ordersRefused: undefined }),
  policies: PROFILES.open,
  version: '1.2.3',
  log: () => {},
  metrics: createMetrics(),
  metricsToken: undefined,
});
const { faultOf } = documentedAnswers(JSON.parse(await (await app.request('/openapi.json')).text()));

/** As much of replies as is used to ask on. */
interface Shown {
  readonly id: string;
  readonly organizer_id: string;
  readonly token: string;
  readonly user: Shown;
}
interface Reply {
  readonly message: string;
  readonly data: Shown;
  readonly errors: unknown;
}

/** Asks, and holds the answer against what the document promises for that route and status. */
async function ask(method: string, path: string, { token, body, type }: { token?: string; body?: unknown; type?: string } = {}) {
  const headers = { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), 'Content-Type': type ?? 'application/json' };
  const answer = await app.request(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  const reply: Reply = JSON.parse(text);
  expect(faultOf({ method, url: `http://localhost${path}`, status: answer.status, headers: answer.headers, text }), text).toBeUndefined();
  return { status: answer.status, message: reply.message, data: reply.data, errors: reply.errors };
}

it('every reply of the contract’s walkthrough is what the OpenAPI document promises', async () => {
  const says = (status: number, message: string) => ({ status, message });
  const password = 'password123';
  const register = (name: string, role?: string) => ask('POST', '/api/auth/register', { body: { name, email: `${name}@gdgoc.com`, password, role } });
  const admin = await register('admin', 'admin');
  expect(admin).toMatchObject({ ...says(201, 'Registrasi berhasil'), data: { user: { role: 'admin', email: 'admin@gdgoc.com' } } });
  const john = await register('john');
  const jane = await register('jane');
  expect(await register('john')).toEqual({ status: 400, message: 'Email sudah terdaftar', data: undefined, errors: null });
  const login = (word: string) => ask('POST', '/api/auth/login', { body: { email: 'JOHN@gdgoc.com ', password: word } });
  expect(await login('wrong')).toMatchObject(says(401, 'Email atau password salah'));
  expect(await login(password)).toMatchObject({ ...says(200, 'Login berhasil'), data: { user: { id: john.data.user.id, role: 'user' } } });
  const token = john.data.token;
  const boss = admin.data.token;
  expect(await ask('GET', '/api/auth/me', { token })).toMatchObject(says(200, 'Data user'));
  expect(await ask('GET', '/api/auth/me')).toMatchObject(says(401, 'Token tidak valid atau expired'));

  const plan = {
    name: 'GDGoC Tech Talk 2025',
    description: 'Workshop backend development',
    location: 'UNSRI Palembang',
    event_date: '2025-02-15T14:00:00.000Z',
    ticket_price: 50000,
    total_tickets: 3,
  };
  const event = await ask('POST', '/api/events', { token: boss, body: plan });
  expect(event).toMatchObject({ ...says(201, 'Event berhasil dibuat'), data: { ...plan, ticket_price: '50000.00', available_tickets: 3 } });
  expect(event.data.organizer_id).toBe(admin.data.user.id);
  const path = `/api/events/${event.data.id}`;
  expect(await ask('POST', '/api/events', { token, body: plan })).toMatchObject(
    says(403, 'Akses ditolak. Hanya admin yang dapat melakukan aksi ini'),
  );
  expect(await ask('POST', '/api/events', { token: boss, body: {} })).toMatchObject(says(400, 'Validasi gagal'));
  expect(await ask('POST', '/api/events', { token: boss, type: 'text/plain', body: {} })).toMatchObject(
    says(415, 'Content-Type harus application/json'),
  );
  expect(await ask('GET', '/api/events')).toMatchObject({
    ...says(200, 'Berhasil mengambil data events'),
    data: [{ organizer: { email: 'admin@gdgoc.com' } }],
  });
  expect(await ask('GET', path)).toMatchObject(says(200, 'Berhasil mengambil data event'));
  expect(await ask('PUT', path, { token: boss, body: { ticket_price: 75000.5 } })).toMatchObject({
    ...says(200, 'Event berhasil diupdate'),
    data: { ticket_price: '75000.50' },
  });

  const order = (quantity: number) => ask('POST', '/api/bookings', { token, body: { event_id: event.data.id, quantity } });
  const booking = await order(2);
  expect(booking).toMatchObject({ ...says(201, 'Booking berhasil dibuat'), data: { quantity: 2, total_price: '150001.00', status: 'confirmed' } });
  expect(Object.keys(booking.data).sort()).toEqual(['booking_date', 'event_id', 'id', 'quantity', 'status', 'total_price', 'user_id']);
  expect(await order(2)).toMatchObject({ ...says(400, 'Stok tiket tidak mencukupi'), errors: { available: 1, requested: 2 } });
  expect(await ask('PUT', path, { token: boss, body: { total_tickets: 1 } })).toMatchObject({
    ...says(400, 'Total tiket kurang dari tiket yang sudah dipesan'),
    errors: { sold: 2, requested: 1 },
  });
  expect(await ask('DELETE', path, { token: boss })).toMatchObject(says(400, 'Event masih memiliki booking aktif'));
  const mine = `/api/bookings/${booking.data.id}`;
  expect(await ask('GET', '/api/bookings?limit=1&total=true', { token })).toMatchObject({
    ...says(200, 'Berhasil mengambil data bookings'),
    data: [{ user: { email: 'john@gdgoc.com' }, event: { name: plan.name } }],
  });
  expect(await ask('GET', mine, { token })).toMatchObject(says(200, 'Berhasil mengambil data booking'));
  expect(await ask('GET', mine, { token: jane.data.token })).toMatchObject(says(403, 'Akses ditolak'));
  expect(await ask('GET', '/api/bookings/malformed', { token })).toMatchObject(says(400, 'Validasi gagal'));
  expect(await ask('PATCH', `${mine}/status`, { token, body: { status: 'cancelled' } })).toMatchObject({
    ...says(200, 'Status booking berhasil diupdate'),
    data: { id: booking.data.id, status: 'cancelled' },
  });
  expect(await ask('DELETE', mine, { token })).toEqual({ status: 200, message: 'Booking berhasil dihapus', data: undefined, errors: undefined });
  expect(await ask('DELETE', mine, { token })).toMatchObject(says(404, 'Booking tidak ditemukan'));

  const user = `/api/users/${jane.data.user.id}`;
  expect(await ask('GET', '/api/users')).toMatchObject(says(200, 'Berhasil mengambil data users'));
  expect(await ask('GET', user)).toMatchObject(says(200, 'Berhasil mengambil data user'));
  expect(await ask('POST', '/api/users', { body: { name: 'Ann', email: 'ann@gdgoc.com', password } })).toMatchObject(
    says(201, 'User berhasil dibuat'),
  );
  expect(await ask('PUT', user, { body: { name: 'Jane Doe' } })).toMatchObject({
    ...says(200, 'User berhasil diupdate'),
    data: { name: 'Jane Doe' },
  });
  expect(await ask('PUT', `/api/users/${admin.data.user.id}`, { body: { role: 'user' } })).toMatchObject(says(400, 'Minimal harus ada satu admin'));
  expect(await ask('DELETE', user)).toMatchObject(says(200, 'User berhasil dihapus'));
  expect(await ask('GET', user)).toMatchObject(says(404, 'User tidak ditemukan'));
  expect(await ask('DELETE', path, { token: boss })).toMatchObject(says(200, 'Event berhasil dihapus'));
  expect(await ask('GET', path)).toMatchObject(says(404, 'Event tidak ditemukan'));
});
