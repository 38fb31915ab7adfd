// The walkthrough with openapi-fetch, on types by openapi-typescript.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import createClient from 'openapi-fetch';
import type { paths } from '../generated/openapi-typescript.ts';
import { ani, concert, url } from './people.ts';

const client = createClient<paths>({ baseUrl: url });
await client.POST('/api/auth/register', { body: ani });
const { data: login } = await client.POST('/api/auth/login', { body: { email: ani.email, password: ani.password } });
assert.ok(login);
client.use({
  onRequest({ request }) {
    request.headers.set('Authorization', `Bearer ${login.data.token}`);
  },
});
const { data: event } = await client.POST('/api/events', { body: concert });
assert.ok(event);
const params = { header: { 'Idempotency-Key': randomUUID() } };
const { data: booking } = await client.POST('/api/bookings', { params, body: { event_id: event.data.id, quantity: 2 } });
assert.equal(booking?.data.status, 'confirmed');
const { error } = await client.POST('/api/bookings', { body: { event_id: event.data.id, quantity: 2 } });
// `errors` is typed by `code`.
assert.deepEqual(error?.code === 'insufficient_tickets' && error.errors, { available: 1, requested: 2 });
const { data: read } = await client.GET('/api/events/{id}', { params: { path: { id: event.data.id } } });
assert.equal(read?.data.available_tickets, 1);
const { data: list, response } = await client.GET('/api/bookings', { params: { query: { limit: 1, total: true } } });
assert.equal(list?.data.length, 1);
assert.match(response.headers.get('Link') ?? '', /rel="first"/);
const { data: cancelled } = await client.PATCH('/api/bookings/{id}/status', {
  params: { path: { id: booking.data.id } },
  body: { status: 'cancelled' },
});
assert.equal(cancelled?.data.status, 'cancelled');
