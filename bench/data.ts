import { createHash, createHmac } from 'node:crypto';
import type { Store, Value } from './store.ts';

/** The same people and events for every server. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly role: 'user' | 'admin';
}
export interface Show {
  readonly id: string;
  readonly tickets: number;
}

/** The schema of the tables: from our migrations, or from the reference's models. */
export type Schema = 'ours' | 'reference';

export const PASSWORD = 'password123';
/** The bcrypt hash (cost 10) of PASSWORD. Hashing five thousand passwords would take minutes, and every server only compares. */
const HASH = '$2y$10$2ifK2Kkl7AntV18TphUhpuXIn2.9xP3bmExKHrsFxU6JLbPac/ORa';

const MADE = '2026-01-01 00:00:00.000';
const STARTS = '2031-02-15 14:00:00.000';
const PRICE = 50_000;

export const uuidOf = (name: string): string => {
  const hex = createHash('md5').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
};

export const ADMIN: Person = { id: uuidOf('admin'), email: 'admin@example.com', role: 'admin' };
export const people = (count: number): readonly Person[] =>
  Array.from({ length: count }, (_, n) => ({ id: uuidOf(`user ${n}`), email: `user${n}@example.com`, role: 'user' as const }));
export const shows = (count: number, tickets: number): readonly Show[] =>
  Array.from({ length: count }, (_, n) => ({ id: uuidOf(`event ${n}`), tickets }));

/** Every server gets the same tokens. Only ours knows the claim `ver`. */
export function tokenOf({ id, email, role }: Person, secret: string): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ id, email, role, ver: 0, iat: now, exp: now + 7 * 86_400 })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

export async function empty(store: Store, schema: Schema): Promise<void> {
  const tables = [...(schema === 'ours' ? ['stock_movements'] : []), 'bookings', 'events', 'users'];
  if (store.engine === 'mariadb') await store.query('SET SESSION foreign_key_checks = 0');
  if (store.engine === 'postgres') await store.query(`TRUNCATE ${tables.join(', ')}`);
  else for (const table of tables) await store.query(store.engine === 'mariadb' ? `TRUNCATE TABLE ${table}` : `DELETE FROM ${table}`);
}

export async function fill(
  store: Store,
  schema: Schema,
  { users, events }: { readonly users: readonly Person[]; readonly events: readonly Show[] },
): Promise<void> {
  const common = { createdAt: MADE, updatedAt: MADE };
  await store.insert(
    'users',
    [ADMIN, ...users].map(({ id, email, role }): Record<string, Value> => {
      const person = { id, name: `Name of ${email}`, email, role, ...common };
      return schema === 'ours' ? { ...person, password_hash: HASH, token_version: 0 } : { ...person, password: HASH };
    }),
  );
  await store.insert(
    'events',
    events.map(({ id, tickets }, n): Record<string, Value> => {
      const event = {
        id,
        organizer_id: ADMIN.id,
        name: `GDGoC Tech Talk ${n}`,
        description: 'Workshop backend development, with a description of the usual length',
        location: 'UNSRI Palembang',
        event_date: STARTS,
        total_tickets: tickets,
        available_tickets: tickets,
        ...common,
      };
      return schema === 'ours' ? { ...event, ticket_price_cents: PRICE * 100, stock_version: 1 } : { ...event, ticket_price: PRICE };
    }),
  );
  if (schema === 'reference') return;
  await store.insert(
    'stock_movements',
    events.map(({ id, tickets }) => ({
      event_id: id,
      stock_version: 1,
      booking_id: null,
      delta: tickets,
      available_after: tickets,
      reason: 'opened',
      at: MADE,
    })),
  );
}

/** Bookings number `from` to `to`, in the order of creation. */
export interface Grown {
  readonly from: number;
  readonly to: number;
  /** The first user has this share of them. The others have the rest. */
  readonly firstUserHas: 'all' | 'a tenth';
}

/** SQL that makes rows inside a server from the number `n`. */
const MADE_INSIDE = {
  mariadb: {
    pick: (ids: readonly string[], index: string) => `ELT(1 + ${index}, ${ids.join(', ')})`,
    over: (dividend: string, divisor: number) => `${dividend} DIV ${divisor}`,
    hex: 'HEX',
    at: `'${MADE}' + INTERVAL n SECOND`,
    numbers: (from: number, to: number) => `(SELECT seq - 1 AS n FROM seq_${from + 1}_to_${to}) numbers`,
    booked: (held: string, set: string) => `UPDATE events JOIN (${held}) b ON b.event_id = events.id SET ${set}`,
    before: ['SET SESSION unique_checks = 0'],
    after: [],
  },
  postgres: {
    pick: (ids: readonly string[], index: string) => `(ARRAY[${ids.join(', ')}])[1 + ${index}]`,
    over: (dividend: string, divisor: number) => `${dividend} / ${divisor}`,
    hex: 'TO_HEX',
    at: `TIMESTAMP WITH TIME ZONE '${MADE}' + n * INTERVAL '1 second'`,
    numbers: (from: number, to: number) => `generate_series(${from}, ${to - 1}) AS numbers(n)`,
    booked: (held: string, set: string) => `UPDATE events SET ${set} FROM (${held}) b WHERE b.event_id = events.id`,
    before: [],
    // By itself the server would count the rows only within a minute.
    after: ['ANALYZE'],
  },
} as const;

/** Creates bookings inside the server, one ticket each, spread over the events. A million through the API would take minutes. */
export async function fillBookings(
  store: Store,
  schema: Schema,
  { from, to, firstUserHas }: Grown,
  { users, events }: { readonly users: readonly Person[]; readonly events: readonly Show[] },
): Promise<void> {
  if (store.engine === 'sqlite') throw new Error('the embedded engine makes no rows of its own');
  const { pick, over, hex, at, numbers: numbersOf, booked, before, after } = MADE_INSIDE[store.engine];
  const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => `'${id}'`);
  const event = pick(idsOf(events), `n % ${events.length}`);
  const others = pick(idsOf(users.slice(1)), `n % ${users.length - 1}`);
  const user = firstUserHas === 'all' ? `'${users[0]?.id}'` : `CASE WHEN n % 10 = 0 THEN '${users[0]?.id}' ELSE ${others} END`;
  // Our ids grow with time (UUID 7). Those of the reference, which runs on MariaDB alone, do not (UUID 4).
  const scattered = `INSERT(INSERT(INSERT(INSERT(MD5(n), 9, 0, '-'), 14, 1, '-4'), 19, 1, '-8'), 24, 0, '-')`;
  const growing = `CONCAT('019a', LPAD(LOWER(${hex}(${over('n', 65536)})), 4, '0'), '-', LPAD(LOWER(${hex}(n % 65536)), 4, '0'), '-7000-8000-000000000000')`;
  const id = schema === 'ours' ? growing : scattered;
  const numbers = numbersOf(from, to);
  for (const sql of before) await store.query(sql);
  await store.query(
    schema === 'ours'
      ? `INSERT INTO bookings (id, user_id, event_id, quantity, total_price_cents, status, booking_date) SELECT ${id}, ${user}, ${event}, 1, ${PRICE * 100}, 'confirmed', ${at} FROM ${numbers}`
      : `INSERT INTO bookings (id, user_id, event_id, quantity, total_price, status, booking_date) SELECT ${id}, ${user}, ${event}, 1, ${PRICE}, 'confirmed', ${at} FROM ${numbers}`,
  );
  const ordinal = over('n', events.length);
  if (schema === 'ours') {
    await store.query(
      `INSERT INTO stock_movements (event_id, stock_version, booking_id, delta, available_after, reason, at) SELECT ${event}, ${ordinal} + 2, ${id}, -1, ${events[0]?.tickets} - ${ordinal} - 1, 'booked', ${at} FROM ${numbers}`,
    );
  }
  const version = schema === 'ours' ? ', stock_version = 1 + b.held' : '';
  await store.query(
    booked('SELECT event_id, COUNT(*) AS held FROM bookings GROUP BY event_id', `available_tickets = total_tickets - b.held${version}`),
  );
  for (const sql of after) await store.query(sql);
}

/** Differences in the data: stock against bookings, our ledger against both, and the clients' answers against all. */
export async function differences(store: Store, schema: Schema, created: number): Promise<readonly string[]> {
  const held = `SELECT event_id, SUM(quantity) AS held FROM bookings WHERE status <> 'cancelled' GROUP BY event_id`;
  const faults: string[] = [];
  const none = async (what: string, sql: string) => {
    const rows = await store.query(sql);
    if (rows.length > 0) faults.push(`${what}: ${rows.length} events, such as ${JSON.stringify(rows[0])}`);
  };
  await none(
    'available + held is not the total',
    `SELECT e.id, e.total_tickets, e.available_tickets, h.held FROM events e LEFT JOIN (${held}) h ON h.event_id = e.id
     WHERE e.available_tickets + COALESCE(h.held, 0) <> e.total_tickets OR e.available_tickets < 0`,
  );
  if (schema === 'ours') {
    await none(
      'the ledger does not add up to the stock, or has gaps',
      `SELECT e.id, e.available_tickets, e.stock_version, m.total, m.entries FROM events e
       LEFT JOIN (SELECT event_id, SUM(delta) AS total, COUNT(*) AS entries, MAX(stock_version) AS last FROM stock_movements GROUP BY event_id) m ON m.event_id = e.id
       WHERE m.total <> e.available_tickets OR m.entries <> e.stock_version OR m.last <> e.stock_version OR m.entries IS NULL`,
    );
  }
  const [row] = await store.query('SELECT COUNT(*) AS bookings, COALESCE(SUM(quantity), 0) AS tickets FROM bookings');
  if (Number(row?.['bookings']) !== created) faults.push(`${created} bookings were confirmed to clients, ${row?.['bookings']} are stored`);
  return faults;
}
