import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ServedEngine } from '../engine-names.ts';
import { ask, BoxOffice } from './box-office.ts';
import { type PrivateServer, privateServer, privateServers } from './private-server.ts';
import { PATIENCE_MS, startServer, until } from './programs.ts';
import { CALM, reckon } from './reckoning.ts';
import { storms } from './storm.ts';

/** The server waits three seconds for a lock, after at most five seconds in the queue. */
const SLOWEST_MS = 15_000;

interface Words {
  /** The neighbour waits longer than the server, so the server always gives up first. */
  readonly patience: string;
  /** Makes the database refuse bookings, as it refuses a user without the right; and makes it accept them again. */
  readonly denials: readonly (readonly string[])[];
  readonly allow: readonly string[];
  readonly deadlocks: string;
}
const OF: Readonly<Record<ServedEngine, Words>> = {
  mysql: {
    patience: 'SET SESSION innodb_lock_wait_timeout = 20',
    denials: [1142, 1045].map((number) => [
      `CREATE TRIGGER denied BEFORE INSERT ON bookings FOR EACH ROW SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = ${number}`,
    ]),
    allow: ['DROP TRIGGER denied'],
    deadlocks: `SELECT VARIABLE_VALUE AS number FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'INNODB_DEADLOCKS'`,
  },
  postgres: {
    patience: "SET lock_timeout = '20s'",
    denials: ['42501', '28000'].map((state) => [
      `CREATE FUNCTION deny() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'denied' USING ERRCODE = '${state}'; END $$`,
      'CREATE TRIGGER denied BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION deny()',
    ]),
    allow: ['DROP TRIGGER denied ON bookings', 'DROP FUNCTION deny()'],
    deadlocks: 'SELECT SUM(deadlocks) AS number FROM pg_stat_database',
  },
};

describe.each(privateServers)('a rude neighbour in a database on %s', (engine) => {
  const words = OF[engine];
  let database: PrivateServer;
  beforeAll(async () => {
    database = await privateServer(engine);
  });

  async function house({ env = {} }: { env?: Record<string, string> } = {}) {
    const store = database.store();
    const server = await startServer(store, { env });
    // Other suites keep the machine busy. The first connection may take longer than the start allows.
    await until('the server is ready', async () => ((await ask(server.url, 'GET', '/health/ready')).status === 200 ? true : undefined));
    const office = await BoxOffice.open(server.url);
    const rude = await database.neighbour(store.database);
    await rude.query(words.patience);
    return { store, server, office, rude };
  }
  type Rude = Awaited<ReturnType<typeof house>>['rude'];

  const holding = async (rude: Rude, ...statements: readonly string[]) => {
    await rude.query('START TRANSACTION');
    for (const statement of statements) await rude.query(statement);
  };

  it('F6 holds an event’s lock too long: 503 with Retry-After in time, reads go on, nothing half done', async () => {
    const { server, office, rude } = await house();
    await holding(rude, 'SELECT id FROM events FOR UPDATE');
    const orders = Promise.all(Array.from({ length: 12 }, (_, index) => office.order({ key: index % 2 === 0 ? undefined : randomUUID() })));
    expect((await ask(office.url, 'GET', '/api/events')).status).toBe(200);
    for (const { status, order, milliseconds } of await orders) {
      expect([status, order.certainty]).toEqual([503, 'not done']);
      expect(milliseconds).toBeLessThan(SLOWEST_MS);
    }
    await rude.query('ROLLBACK');
    expect((await office.order()).status).toBe(201);
    await reckon(office, server, { heard: [...CALM, '503'] });
  });

  it('F23 delays the first request under a key: the second gets 409 at once, and the first answer once it is there', async () => {
    const { server, office, rude } = await house();
    await holding(rude, 'SELECT id FROM events FOR UPDATE');
    const key = randomUUID();
    const [buyer] = office.buyers;
    const eventId = office.sales.at(-1)?.id;
    const again = (quantity = 1) => ask(office.url, 'POST', '/api/bookings', { as: buyer, key, body: { event_id: eventId, quantity } });
    let ended = false;
    const first = office.order({ key, quantity: 1 }).finally(() => {
      ended = true;
    });
    await sleep(300);
    const [same, other] = [await again(), await again(2)];
    expect([ended, same.status, same.headers.get('retry-after'), other.status]).toEqual([false, 409, '1', 422]);
    await rude.query('ROLLBACK');
    expect((await first).status).toBe(201);
    const after = await again();
    expect([after.status, after.headers.get('idempotency-replayed'), after.body]).toEqual([201, 'true', (await first).body]);
    await reckon(office, server, { heard: CALM });
  });

  it('F7 makes the last statement of a transaction wait too long (a lock wait): all of it is rolled back, stock and booking too', async () => {
    const { server, office, rude } = await house();
    const key = randomUUID();
    const [buyer] = office.buyers;
    // The key is the last row that an order stores. The stock, the booking and the ledger row are already written.
    await holding(
      rude,
      `INSERT INTO idempotency_keys (owner, idempotency_key, fingerprint, answer, kept_at) VALUES ('${buyer?.id}', '${key}', '', '{}', NOW())`,
    );
    const { status, order } = await office.order({ key, quantity: 3 });
    expect([status, order.certainty]).toEqual([503, 'not done']);
    await rude.query('ROLLBACK');
    const { body } = await ask(office.url, 'GET', `/api/events/${order.eventId}`);
    expect(body.data.available_tickets).toBe(body.data.total_tickets);
    expect((await office.order({ key, quantity: 3 })).status).toBe(201);
    await reckon(office, server, { heard: [...CALM, '503'] });
  });

  it('takes a right away: 503 with Retry-After, nothing stored, and on sale again once it is given back', async () => {
    const { server, office, rude } = await house();
    for (const denial of words.denials) {
      for (const statement of denial) await rude.query(statement);
      const { status, order } = await office.order();
      expect([status, order.certainty]).toEqual([503, 'not done']);
      for (const statement of words.allow) await rude.query(statement);
      expect((await office.order()).status).toBe(201);
    }
    await reckon(office, server, { heard: [...CALM, '503'] });
  });

  it('F8 locks booking and event in the other order: the deadlock is invisible', async () => {
    const { server, office, rude } = await house();
    const { order } = await office.order();
    const deadlocks = async () => Number((await database.query(words.deadlocks))[0]?.['number']);
    const before = await deadlocks();
    // This transaction has more changed rows than the cancellation, so the cancellation is the deadlock victim.
    await holding(
      rude,
      `UPDATE bookings SET booking_date = booking_date + INTERVAL '1' SECOND WHERE id = '${order.booking?.id}'`,
      'UPDATE users SET name = name',
    );
    const cancelled = office.cancel(order);
    await sleep(500);
    await rude.query(`SELECT id FROM events WHERE id = '${order.eventId}' FOR UPDATE`);
    await rude.query('ROLLBACK');
    expect((await cancelled).status).toBe(200);
    // PostgreSQL updates the count a moment later.
    await until('the deadlock is counted', async () => ((await deadlocks()) > before ? true : undefined));
    await reckon(office, server);
  });

  it('F9 keeps every connection of the pool busy: 503 in time, requests without the database are answered, and it passes', async () => {
    const { server, office, rude } = await house({ env: { DB_POOL_SIZE: '3' } });
    await holding(rude, 'SELECT id FROM users FOR UPDATE');
    const asked = Promise.all(
      office.buyers.flatMap((as) => Array.from({ length: 5 }, () => ask(office.url, 'PUT', `/api/users/${as.id}`, { as, body: { name: 'Joan' } }))),
    );
    await sleep(500);
    const [up, list] = await Promise.all([ask(office.url, 'GET', '/'), ask(office.url, 'GET', '/api/events'), office.order()]);
    expect(up.status).toBe(200);
    expect(up.milliseconds).toBeLessThan(PATIENCE_MS / 6);
    expect([200, 503]).toContain(list.status);
    for (const { status, milliseconds } of [list, ...(await asked)]) {
      expect([200, 503]).toContain(status);
      expect(milliseconds).toBeLessThan(SLOWEST_MS);
    }
    await rude.query('ROLLBACK');
    const many = await Promise.all(Array.from({ length: 20 }, () => office.order()));
    expect(many.map(({ status }) => status)).toEqual(many.map(() => 201));
    await reckon(office, server, { heard: [...CALM, '503'] });
  });

  it('F10 has a pool of three and fifty buyers: no request waits for a connection that another one of its own holds', async () => {
    const { server, office } = await house({ env: { DB_POOL_SIZE: '3' } });
    await storms(office, 2000, { crowd: 50 });
    expect(office.slowestMs).toBeLessThan(SLOWEST_MS);
    await reckon(office, server);
  });
});
