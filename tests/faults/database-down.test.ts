import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ServedEngine } from '../engine-names.ts';
import { ask, BoxOffice } from './box-office.ts';
import { type PrivateServer, privateServer, privateServers } from './private-server.ts';
import { launchTickets, PATIENCE_MS, startServer, until } from './programs.ts';
import { CALM, OUTAGE, reckon } from './reckoning.ts';
import { storm } from './storm.ts';

const ROUNDS = Math.ceil(Number(process.env['FAULT_ROUNDS'] ?? 6) / 5);

/** Ends the connections, or only their running statements. */
type Ended = 'connection' | 'statement';
interface Words {
  readonly connectionsTo: (database: string) => string;
  readonly end: (id: unknown, what: Ended) => string;
  /** The idle limit of connections: one second, and the usual value. */
  readonly closeIdle: string;
  readonly keepIdle: string;
  /** Sets the idle limit of one connection. */
  readonly stay: string;
}
const OF: Readonly<Record<ServedEngine, Words>> = {
  mysql: {
    connectionsTo: (database) => `SELECT ID AS id, INFO AS info FROM information_schema.PROCESSLIST WHERE DB = '${database}'`,
    end: (id, what) => `KILL ${what === 'connection' ? 'CONNECTION' : 'QUERY'} ${id}`,
    closeIdle: 'SET GLOBAL wait_timeout = 1',
    keepIdle: 'SET GLOBAL wait_timeout = DEFAULT',
    stay: 'SET SESSION wait_timeout = 60',
  },
  postgres: {
    connectionsTo: (database) =>
      `SELECT pid AS id, query AS info FROM pg_stat_activity WHERE datname = '${database}' AND pid <> pg_backend_pid() AND state IS NOT NULL`,
    end: (id, what) => `SELECT ${what === 'connection' ? 'pg_terminate_backend' : 'pg_cancel_backend'}(${id})`,
    closeIdle: "ALTER SYSTEM SET idle_session_timeout = '1s'",
    keepIdle: 'ALTER SYSTEM RESET idle_session_timeout',
    stay: 'SET idle_session_timeout = 0',
  },
};

describe.each(privateServers)('the database on %s', (engine) => {
  const words = OF[engine];
  let database: PrivateServer;
  beforeAll(async () => {
    database = await privateServer(engine);
  });

  const orderUntilSold = (office: BoxOffice) =>
    until('tickets are sold again', async () => ((await office.order()).status === 201 ? true : undefined));
  /** The connections of the server under test. */
  const connectionsTo = (name: string) => database.query(words.connectionsTo(name));
  const end = async (connections: readonly Readonly<Record<string, unknown>>[], what: Ended = 'connection') => {
    for (const { id } of connections) await database.query(words.end(id, what)).catch(() => undefined); // the connection may have ended already
  };

  it(`F2 is killed in mid-storm ${ROUNDS} times: 503 at once, and on sale again once it is back, without a restart`, {
    timeout: 60_000 + ROUNDS * 30_000,
  }, async () => {
    const server = await startServer(database.store());
    const office = await BoxOffice.open(server.url);
    for (let round = 0; round < ROUNDS; round++) {
      const { stop } = storm(office);
      await sleep(500);
      await database.kill();
      await sleep(200);
      const [down, up] = await Promise.all([office.order(), ask(office.url, 'GET', '/')]);
      expect([down.status, up.status]).toEqual([503, 200]);
      expect(down.milliseconds).toBeLessThan(PATIENCE_MS / 4);
      await database.start();
      await orderUntilSold(office);
      await stop();
      expect(server.child.exitCode).toBeNull();
      await reckon(office, server, { heard: OUTAGE });
    }
  });

  it('F3 is down when the server starts: said with its address, 503, and ready once it is there', async () => {
    const store = database.store();
    await database.kill();
    const server = await startServer(store);
    expect(server.output()).toContain(`connect ECONNREFUSED 127.0.0.1:${database.port}`);
    const [list, up] = await Promise.all([ask(server.url, 'GET', '/api/events'), ask(server.url, 'GET', '/')]);
    expect([list.status, list.body.message, up.status]).toEqual([503, 'Layanan sementara tidak tersedia', 200]);
    expect(Number(list.headers.get('retry-after'))).toBeGreaterThan(0);
    await database.start();
    await until('the server is ready', async () => ((await ask(server.url, 'GET', '/api/events')).status === 200 ? true : undefined));
    const office = await BoxOffice.open(server.url);
    expect((await office.order()).status).toBe(201);
    await reckon(office, server);
  });

  describe('F5 connection killed inside the transaction', () => {
    it.each(['connection', 'statement'] as const)('the %s is ended while it waits for the lock: run again, and booked once', async (what) => {
      const store = database.store();
      const server = await startServer(store);
      const office = await BoxOffice.open(server.url);
      const rude = await database.neighbour(store.database);
      await rude.query('START TRANSACTION');
      await rude.query('SELECT id FROM events FOR UPDATE');
      const asked = office.order();
      const waiting = await until('the order waits for the lock', async () => {
        const waiting = (await connectionsTo(store.database)).filter(({ info }) =>
          /^SELECT (?!ID|pid|id FROM events).*FOR (?:NO KEY )?UPDATE/s.test(String(info)),
        );
        return waiting.length > 0 ? waiting : undefined;
      });
      await end(waiting, what);
      await rude.query('ROLLBACK');
      expect((await asked).status).toBe(201);
      await reckon(office, server);
    });

    it('connections ended at random in mid-storm: invisible except by the clock', async () => {
      const store = database.store();
      const server = await startServer(store);
      const office = await BoxOffice.open(server.url);
      const { stop } = storm(office);
      for (let ends = 0; ends < 60; ends++) {
        const own = await connectionsTo(store.database);
        const one = own[ends % Math.max(own.length, 1)];
        if (one !== undefined) await end([one], ends % 2 === 0 ? 'connection' : 'statement');
        await sleep(50);
      }
      await stop();
      expect((await office.order()).status).toBe(201);
      await reckon(office, server, { heard: [...CALM, '503'] });
    });
  });

  it('F25 closes idle connections: unseen', async () => {
    const reload = engine === 'postgres' ? 'SELECT pg_reload_conf()' : 'DO 1';
    await database.query(words.closeIdle);
    await database.query(reload);
    try {
      const store = database.store();
      const server = await startServer(store);
      const office = await BoxOffice.open(server.url);
      const many = () => Promise.all(Array.from({ length: 20 }, () => office.order()));
      await many();
      await until('the idle ones are closed', async () => ((await connectionsTo(store.database)).length === 0 ? true : undefined));
      for (const { status } of await many()) expect(status).toBe(201);
      await reckon(office, server);
    } finally {
      await database.query(words.keepIdle);
      await database.query(reload);
    }
  });

  it('F26 has too many connections: 503 in time, and on sale again once there is room', async () => {
    const small = await privateServer(engine, ['--max-connections=30']);
    const store = small.store();
    const server = await startServer(store);
    const office = await BoxOffice.open(server.url);
    const crowd = [await small.neighbour()];
    for (const { id } of await small.query(words.connectionsTo(store.database))) await crowd[0]?.query(words.end(id, 'connection'));
    for (let full = false; !full; ) {
      await small.neighbour().then(
        (one) => crowd.push(one),
        () => {
          full = true;
        },
      );
    }
    const [asked, up] = await Promise.all([office.order(), ask(office.url, 'GET', '/')]);
    expect([asked.status, asked.order.certainty, up.status]).toEqual([503, 'not done', 200]);
    expect(asked.milliseconds).toBeLessThan(PATIENCE_MS / 2);
    const auditing = launchTickets(store, ['audit']);
    await until('the audit waits for a connection', () => (auditing.output().includes('Waiting for the database') ? true : undefined));
    for (const one of crowd) await one.end();
    expect([await auditing.exited, auditing.output()]).toEqual([0, expect.stringContaining(' 0 differences')]);
    await orderUntilSold(office);
    await reckon(office, server, { heard: OUTAGE });
    await small.kill();
  });
});
