// The walkthrough with the functions on `fetch` that orval generates. Their addresses are paths, because the document names no other server.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { bookTickets, changeBookingStatus, createEvent, listBookings, login, readEvent, register } from '../generated/orval.ts';
import { ani, concert, url } from './people.ts';

const { fetch: plain } = globalThis;
globalThis.fetch = (path, init) => plain(url + String(path), init);

assert.equal((await register(ani)).status, 201);
const session = await login({ email: ani.email, password: ani.password });
assert.ok(session.status === 200);
const headers = { Authorization: `Bearer ${session.data.data.token}` };
const event = await createEvent(concert, { headers });
assert.ok(event.status === 201);
const order = { event_id: event.data.data.id, quantity: 2 };
const booking = await bookTickets(order, { headers: { ...headers, 'Idempotency-Key': randomUUID() } });
assert.ok(booking.status === 201);
const refused = await bookTickets(order, { headers });
assert.ok(refused.status === 400 && refused.data.code === 'insufficient_tickets');
assert.deepEqual(refused.data.errors, { available: 1, requested: 2 });
const read = await readEvent(event.data.data.id, { headers });
assert.ok(read.status === 200 && read.data.data.available_tickets === 1);
const list = await listBookings({ limit: 1 }, { headers });
assert.ok(list.status === 200 && list.data.data.length === 1);
const cancelled = await changeBookingStatus(booking.data.data.id, { status: 'cancelled' }, { headers });
assert.ok(cancelled.status === 200 && cancelled.data.data.status === 'cancelled');
