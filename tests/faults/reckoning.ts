import { join } from 'node:path';
import Libsql from 'libsql';
import { createConnection } from 'mysql2/promise';
import { expect } from 'vitest';
import { addressOf, clientOf } from '../postgres.ts';
import { ask, type Booking, type BoxOffice, type Order } from './box-office.ts';
import { audit, type Server, type Store, until } from './programs.ts';

/** The answers that clients may get. Any other one fails, above all a 500. */
export const CALM = ['under way', '200', '201', 'sold out'];
export const OUTAGE = [...CALM, '503', '503 unknown'];
export const CRASH = [...OUTAGE, 'cut off', 'nobody listens'];

/**
 * Checks the state after a fault. Every acknowledged booking exists, unchanged. Refused bookings do not exist. Bookings of unknown outcome
 * exist whole, or not at all. Each key made at most one booking. The API, the rows and the audit agree that no ticket is lost or sold twice.
 */
export async function reckon(office: BoxOffice, server: Server, { heard = CALM }: { heard?: readonly string[] } = {}): Promise<void> {
  expectHeard(office, server, heard);
  await until('the API answers', async () => ((await ask(office.url, 'GET', '/api/events')).status === 200 ? true : undefined));
  await office.settleUnknown();
  const [byApi, byRows, { code, output }] = await Promise.all([throughTheApi(office), inTheRows(server.store), audit(server.store)]);
  for (const { bookings, sales } of [byApi, byRows]) {
    expectConserved(office, bookings, sales);
    expectAccounted(office.orders, bookings);
  }
  const ids = new Set(byRows.bookings.map(({ id }) => id));
  expect(byRows.idempotencyRecords.filter((answer) => !ids.has(JSON.parse(answer).id))).toEqual([]);
  expect(output).toContain(' 0 differences');
  expect(Number(/(\d+) events audited/.exec(output)?.[1]), 'every event is audited').toBeGreaterThanOrEqual(office.sales.length);
  expect(code).toBe(0);
}

/** The answers since the last call. */
export function expectHeard(office: BoxOffice, server: Server, heard: readonly string[]): void {
  const kinds = [...office.heard.keys()];
  office.heard.clear();
  const said = server.unread();
  const unexpected = said.split('\n').filter((line) => line.includes('failed unexpectedly'));
  expect(
    kinds.filter((kind) => !heard.includes(kind)),
    unexpected.join('\n'),
  ).toEqual([]);
  expect(said).not.toContain('failed unexpectedly');
}

type Stock = { readonly id: string; readonly total_tickets: number; readonly available_tickets: number };

function expectConserved(office: BoxOffice, bookings: readonly Booking[], stocks: readonly Stock[]): void {
  const balance = office.sales.map(({ id }) => {
    const stock = stocks.find((row) => row.id === id);
    const held = bookings.filter((row) => row.event_id === id && row.status !== 'cancelled').reduce((sum, { quantity }) => sum + quantity, 0);
    return { id, total: stock?.total_tickets, availableAndHeld: (stock?.available_tickets ?? Number.NaN) + held };
  });
  expect(balance).toEqual(office.sales.map(({ id, total }) => ({ id, total, availableAndHeld: total })));
  for (const { available_tickets: available } of stocks) expect(available).toBeGreaterThanOrEqual(0);
}

function expectAccounted(orders: readonly Order[], bookings: readonly Booking[]): void {
  const rows = new Map(bookings.map((row) => [row.id, row]));
  const kept = new Set<string>();
  for (const { booking, statuses } of orders) {
    if (booking === undefined) continue;
    const row = rows.get(booking.id);
    expect(row, `the acknowledged booking ${booking.id}`).toBeDefined();
    const { status, ...facts } = factsOf(booking);
    expect(row && factsOf(row)).toEqual({ ...facts, status: expect.toBeOneOf([...statuses]) });
    expect(kept.has(booking.id), `one booking ${booking.id} for two orders`).toBe(false);
    kept.add(booking.id);
  }
  // A booking that no answer mentions needs a request that was not refused.
  const unknown = countBy(
    orders.filter(({ certainty }) => certainty === 'unknown'),
    ({ buyer, eventId, quantity }) => `${quantity} of ${eventId} for ${buyer.id}`,
  );
  const unexplained = countBy(
    bookings.filter(({ id }) => !kept.has(id)),
    (row) => `${row.quantity} of ${row.event_id} for ${row.user_id}`,
  );
  for (const [what, count] of unexplained) expect(unknown.get(what) ?? 0, `bookings of ${what} that nobody asked for`).toBeGreaterThanOrEqual(count);
}

const factsOf = ({ id, user_id, event_id, quantity, total_price, status }: Booking) => ({ id, user_id, event_id, quantity, total_price, status });

function countBy<Item>(items: readonly Item[], name: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(name(item), (counts.get(name(item)) ?? 0) + 1);
  return counts;
}

async function throughTheApi({ url, admin }: BoxOffice): Promise<{ bookings: Booking[]; sales: Stock[] }> {
  const [bookings, sales] = await Promise.all(['/api/bookings', '/api/events'].map((path) => ask(url, 'GET', path, { as: admin })));
  expect([bookings?.status, sales?.status]).toEqual([200, 200]);
  return { bookings: bookings?.body.data, sales: sales?.body.data };
}

async function inTheRows(store: Store): Promise<{ bookings: Booking[]; sales: Stock[]; idempotencyRecords: string[] }> {
  const [bookings, sales, idempotencyRecords] = await Promise.all([
    query<Booking & { readonly cents: number }>(
      store,
      'SELECT id, user_id, event_id, quantity, total_price_cents AS cents, status, booking_date FROM bookings',
    ),
    query<Stock>(store, 'SELECT id, total_tickets, available_tickets FROM events'),
    query<{ readonly answer: string }>(store, 'SELECT answer FROM idempotency_keys'),
  ]);
  return {
    bookings: bookings.map((row) => ({ ...row, total_price: (Number(row.cents) / 100).toFixed(2) })),
    sales: [...sales],
    idempotencyRecords: idempotencyRecords.map(({ answer }) => answer),
  };
}

/** Reads the store directly, past the server. */
export async function query<Row>(store: Store, sql: string): Promise<readonly Row[]> {
  if (store.engine === 'sqlite') {
    const database = new Libsql(join(store.folder, 'tickets.sqlite'));
    try {
      const statement = database.prepare(sql);
      if (statement.reader) return statement.all() as Row[]; // the statement names the columns
      statement.run();
      return [];
    } finally {
      database.close();
    }
  }
  if (store.engine === 'postgres') {
    const client = await clientOf(addressOf(store));
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }
  const connection = await createConnection(`mysql://root@127.0.0.1:${store.port}/${store.database}`);
  try {
    // The test may have changed the server's own settings.
    await connection.query('SET SESSION sql_select_limit = 18446744073709551615, sql_big_selects = 1, autocommit = 1, sql_auto_is_null = 0');
    const [rows] = await connection.query(sql);
    return rows as Row[];
  } finally {
    await connection.end();
  }
}
