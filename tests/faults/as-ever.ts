import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { CONCERT } from '../open-api.ts';
import { ask, type BoxOffice } from './box-office.ts';
import type { Server, Store } from './programs.ts';
import { query, reckon } from './reckoning.ts';
import { storms } from './storm.ts';

/** All kinds of quotes, backslashes, and letters outside latin1. A setting that changes how text is read would change them. */
const ODD_TEXT = String.raw`O'Hara "quoted" ${'`'}ticked${'`'} C:\new\table % _ \' ąę 日本 🎫`;
export const rowsIn = async (store: Store, table: 'bookings' | 'events' | 'users', where = 'TRUE'): Promise<number> =>
  Number((await query<{ found: number | string }>(store, `SELECT COUNT(*) AS found FROM ${table} WHERE ${where}`))[0]?.found);

/** The difference between the database's timestamp and UTC. */
export const minutesOff = async (store: Store, key: string): Promise<number> => {
  const minutes =
    store.engine === 'postgres'
      ? 'ABS(EXTRACT(EPOCH FROM kept_at - clock_timestamp()) / 60)'
      : 'ABS(TIMESTAMPDIFF(MINUTE, kept_at, UTC_TIMESTAMP()))';
  const sql = `SELECT ${minutes} AS minutes FROM idempotency_keys WHERE idempotency_key = '${key}'`;
  return Number((await query<{ minutes: number | string }>(store, sql))[0]?.minutes);
};

/** All kinds of requests, with reads of more than one row, and a storm. */
export async function answersAsEver(at: Server, own: BoxOffice): Promise<void> {
  const { url, admin } = own;
  const key = randomUUID();
  const crowd = await Promise.all(Array.from({ length: 12 }, (_, index) => own.order({ key: index === 0 ? key : undefined, quantity: 2 })));
  expect(countsOf(crowd)).toEqual({ 201: 12 });
  expect(await minutesOff(at.store, key)).toBeLessThan(60);
  const [first, second, third] = crowd.map(({ order }) => order);
  if (first === undefined || second === undefined || third === undefined) throw new Error('there are no orders');
  expect((await own.cancel(second)).status).toBe(200);
  expect((await ask(url, 'DELETE', `/api/bookings/${third.booking?.id}`, { as: third.buyer })).status).toBe(200);
  own.orders.splice(own.orders.indexOf(third), 1);
  const again = await ask(url, 'POST', '/api/bookings', { as: first.buyer, key, body: { event_id: first.eventId, quantity: 2 } });
  expect([again.status, again.headers.get('idempotency-replayed'), again.body.data?.id]).toEqual([201, 'true', first.booking?.id]);

  const made = await ask(url, 'POST', '/api/events', { as: admin, body: { ...CONCERT, name: ODD_TEXT, description: ODD_TEXT } });
  expect([made.status, made.body.data?.name]).toEqual([201, ODD_TEXT]);
  const event = `/api/events/${made.body.data?.id}`;
  const changed = await ask(url, 'PUT', event, { as: admin, body: { location: ODD_TEXT, total_tickets: 7 } });
  expect([changed.status, changed.body.data?.available_tickets]).toEqual([200, 7]);
  const { body: read } = await ask(url, 'GET', event);
  expect([read.data?.name, read.data?.description, read.data?.location, read.data?.event_date]).toEqual([
    ...[ODD_TEXT, ODD_TEXT, ODD_TEXT, CONCERT.event_date],
  ]);
  const account = { name: ODD_TEXT, email: `${randomUUID()}@example.com`, password: 'a long password' };
  const person = await ask(url, 'POST', '/api/auth/register', { body: account });
  expect([person.status, person.body.data?.user?.name]).toEqual([201, ODD_TEXT]);
  expect((await ask(url, 'POST', '/api/auth/login', { body: account })).status).toBe(200);
  expect((await ask(url, 'POST', '/api/auth/register', { body: account })).status).toBe(400);
  expect((await ask(url, 'DELETE', `/api/users/${person.body.data?.user?.id}`)).status).toBe(200);
  expect((await ask(url, 'DELETE', `/api/users/${first.buyer.id}`)).status).toBe(400); // a user who holds tickets cannot be deleted
  expect((await ask(url, 'DELETE', `/api/events/${first.eventId}`, { as: admin })).status).toBe(400); // an event with bookings stays too

  await storms(own, 300, { crowd: 12 });
  const lists = await Promise.all(['/api/events', '/api/users', '/api/bookings'].map((path) => ask(url, 'GET', path, { as: admin })));
  expect(lists.map(({ status, body }) => [status, body.data?.length])).toEqual([
    [200, await rowsIn(at.store, 'events')],
    [200, await rowsIn(at.store, 'users')],
    [200, await rowsIn(at.store, 'bookings')],
  ]);
  expect((await ask(url, 'DELETE', event, { as: admin })).status).toBe(200);
  await reckon(own, at);
}

export const countsOf = (answers: readonly { readonly status: number | undefined }[]) => {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[String(status)] = (counts[String(status)] ?? 0) + 1;
  return counts;
};
