import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, BoxOffice } from './box-office.ts';
import { hasMariaDb, PrivateMariaDb } from './private-mariadb.ts';
import { PATIENCE_MS, startServer, until } from './programs.ts';
import { CALM, OUTAGE, reckon } from './reckoning.ts';
import { storm } from './storm.ts';

const ROUNDS = Math.ceil(Number(process.env['FAULT_ROUNDS'] ?? 10) / 5);

describe.runIf(hasMariaDb)('the database', () => {
  let mariadb: PrivateMariaDb;
  beforeAll(async () => {
    mariadb = await PrivateMariaDb.start();
  });

  const orderUntilSold = (office: BoxOffice) =>
    until('tickets are sold again', async () => ((await office.order()).status === 201 ? true : undefined));
  /** The server's own connections, seen by a neighbour. */
  const connectionsTo = async (neighbour: Connection, database: string) => {
    const [rows] = await neighbour.query<RowDataPacket[]>('SELECT ID AS id, INFO AS info FROM information_schema.PROCESSLIST WHERE DB = ?', [
      database,
    ]);
    return rows;
  };
  const end = async (neighbour: Connection, ids: readonly number[], what = 'CONNECTION') => {
    for (const id of ids) await neighbour.query(`KILL ${what} ${id}`).catch(() => undefined); // it may have ended by itself
  };

  it(`F2 is killed in mid-storm ${ROUNDS} times: 503 at once, and on sale again once it is back, without a restart`, {
    timeout: 60_000 + ROUNDS * 30_000,
  }, async () => {
    const server = await startServer(mariadb.store());
    const office = await BoxOffice.open(server.url);
    for (let round = 0; round < ROUNDS; round++) {
      const { stop } = storm(office);
      await sleep(500);
      await mariadb.kill();
      await sleep(200);
      const [down, up] = await Promise.all([office.order(), ask(office.url, 'GET', '/')]);
      expect([down.status, up.status]).toEqual([503, 200]);
      expect(down.milliseconds).toBeLessThan(PATIENCE_MS / 4);
      await mariadb.start();
      await orderUntilSold(office);
      await stop();
      expect(server.child.exitCode).toBeNull();
      await reckon(office, server, { heard: OUTAGE });
    }
  });

  it('F3 is down when the server starts: said with its address, 503, and ready once it is there', async () => {
    const store = mariadb.store();
    await mariadb.kill();
    const server = await startServer(store);
    expect(server.output()).toContain(`connect ECONNREFUSED 127.0.0.1:${mariadb.port}`);
    const [list, up] = await Promise.all([ask(server.url, 'GET', '/api/events'), ask(server.url, 'GET', '/')]);
    expect([list.status, list.body.message, up.status]).toEqual([503, 'Layanan sementara tidak tersedia', 200]);
    expect(Number(list.headers.get('retry-after'))).toBeGreaterThan(0);
    await mariadb.start();
    await until('the server is ready', async () => ((await ask(server.url, 'GET', '/api/events')).status === 200 ? true : undefined));
    const office = await BoxOffice.open(server.url);
    expect((await office.order()).status).toBe(201);
    await reckon(office, server);
  });

  describe('F5 connection killed inside the transaction', () => {
    it.each(['CONNECTION', 'QUERY'])('KILL %s while it waits for the lock: run again, and booked once', async (what) => {
      const store = mariadb.store();
      const server = await startServer(store);
      const office = await BoxOffice.open(server.url);
      const rude = await mariadb.neighbour(store.database);
      await rude.query('START TRANSACTION');
      await rude.query('SELECT id FROM events FOR UPDATE');
      const asked = office.order();
      const waiting = await until('the order waits for the lock', async () => {
        const waiting = (await connectionsTo(rude, store.database)).filter(({ info }) => /^SELECT (?!ID).*FOR UPDATE/s.test(String(info)));
        return waiting.length > 0 ? waiting : undefined;
      });
      await end(
        rude,
        waiting.map(({ id }) => id),
        what,
      );
      await rude.query('ROLLBACK');
      expect((await asked).status).toBe(201);
      await reckon(office, server);
    });

    it('connections killed at random in mid-storm: invisible but for the clock', async () => {
      const store = mariadb.store();
      const server = await startServer(store);
      const office = await BoxOffice.open(server.url);
      const rude = await mariadb.neighbour();
      const { stop } = storm(office);
      for (let kills = 0; kills < 60; kills++) {
        const own = await connectionsTo(rude, store.database);
        const one = own[kills % Math.max(own.length, 1)];
        if (one !== undefined) await end(rude, [one['id']], kills % 2 === 0 ? 'CONNECTION' : 'QUERY');
        await sleep(50);
      }
      await stop();
      expect((await office.order()).status).toBe(201);
      await reckon(office, server, { heard: [...CALM, '503'] });
    });
  });

  it('F25 closes idle connections: unseen', async () => {
    const [{ usual } = { usual: 28800 }] = await mariadb.query('SELECT @@GLOBAL.wait_timeout AS usual');
    await mariadb.query('SET GLOBAL wait_timeout = 1');
    try {
      const store = mariadb.store();
      const server = await startServer(store);
      const office = await BoxOffice.open(server.url);
      const many = () => Promise.all(Array.from({ length: 20 }, () => office.order()));
      await many();
      const neighbour = await mariadb.neighbour();
      await neighbour.query('SET SESSION wait_timeout = 60');
      await until('the idle ones are closed', async () => ((await connectionsTo(neighbour, store.database)).length === 0 ? true : undefined));
      for (const { status } of await many()) expect(status).toBe(201);
      await reckon(office, server);
    } finally {
      await mariadb.query(`SET GLOBAL wait_timeout = ${usual}`);
    }
  });

  it('F26 has too many connections: 503 in time, and on sale again once there is room', async () => {
    const store = mariadb.store();
    const server = await startServer(store);
    const office = await BoxOffice.open(server.url);
    const crowd = [await mariadb.neighbour()];
    const [first] = crowd;
    if (first === undefined) throw new Error('there is no neighbour');
    // The other tests' servers hold theirs.
    const [[{ taken } = { taken: 0 }]] = await first.query<RowDataPacket[]>('SELECT COUNT(*) AS taken FROM information_schema.PROCESSLIST');
    await first.query(`SET GLOBAL max_connections = ${Math.max(10, taken)}`);
    try {
      const own = await connectionsTo(first, store.database);
      await end(
        first,
        own.map(({ id }) => id),
      );
      for (let full = false; !full; ) {
        await mariadb.neighbour().then(
          (one) => crowd.push(one),
          () => {
            full = true;
          },
        );
      }
      const [asked, up] = await Promise.all([office.order(), ask(office.url, 'GET', '/')]);
      expect([asked.status, asked.order.certainty, up.status]).toEqual([503, 'not done', 200]);
      expect(asked.milliseconds).toBeLessThan(PATIENCE_MS / 2);
      for (const one of crowd.slice(1)) one.destroy();
      await orderUntilSold(office);
      await first.query('SET GLOBAL max_connections = 300');
      await reckon(office, server, { heard: OUTAGE });
    } finally {
      await first.query('SET GLOBAL max_connections = 300');
    }
  });
});
