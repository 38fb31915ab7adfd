// The walkthrough with the client that @hey-api/openapi-ts generates.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { client } from '../generated/hey-api/client.gen.ts';
import { bookTickets, changeBookingStatus, createEvent, listBookings, login, readEvent, register } from '../generated/hey-api/sdk.gen.ts';
import { ani, concert, url } from './people.ts';

client.setConfig({ baseUrl: url });
await register({ body: ani, throwOnError: true });
const { data: session } = await login({ body: { email: ani.email, password: ani.password }, throwOnError: true });
client.setConfig({ auth: session.data.token });
const { data: event } = await createEvent({ body: concert, throwOnError: true });
const order = { event_id: event.data.id, quantity: 2 };
const { data: booking } = await bookTickets({ body: order, headers: { 'Idempotency-Key': randomUUID() }, throwOnError: true });
const { error } = await bookTickets({ body: order });
assert.deepEqual(error?.code === 'insufficient_tickets' && error.errors, { available: 1, requested: 2 });
const { data: read } = await readEvent({ path: { id: event.data.id }, throwOnError: true });
assert.equal(read.data.available_tickets, 1);
const { data: list } = await listBookings({ query: { limit: 1 }, throwOnError: true });
assert.equal(list.data.length, 1);
const { data: cancelled } = await changeBookingStatus({ path: { id: booking.data.id }, body: { status: 'cancelled' }, throwOnError: true });
assert.equal(cancelled.data.status, 'cancelled');
