import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ServedEngine } from '../engine-names.ts';
import { ask, BoxOffice } from './box-office.ts';
import { type PrivateServer, privateServer, privateServers } from './private-server.ts';
import { type Server, startServer } from './programs.ts';
import { OUTAGE, query, reckon } from './reckoning.ts';
import { storm } from './storm.ts';
import { answerWith, arriveLate, BEGIN, COMMIT, type Fate, forgetConnection, keepAnswerBack, LOCK, loseAnswer, loseStatement, Wire } from './wire.ts';

/** Five seconds in the queue, five for a try, and a margin for a busy machine. */
const SLOWEST_MS = 20_000;

interface Errors {
  /** Errors at COMMIT, after which the transaction is rolled back. */
  readonly rolledBack: readonly (readonly [number | string, string])[];
  /** Errors at COMMIT that leave the outcome unknown. */
  readonly unknown: readonly (readonly [number | string, string])[];
  /** Errors in place of a transaction. */
  readonly notBegun: readonly (readonly [number | string, string])[];
}
const ERRORS: Readonly<Record<ServedEngine, Errors>> = {
  mysql: {
    rolledBack: [
      [1213, 'deadlock, and Galera’s lost certification'],
      [1205, 'lock wait timeout'],
      [1020, 'MariaDB: record has changed since last read'],
      [3572, 'MySQL: NOWAIT'],
      [3101, 'group replication: rolled back in commit'],
      [9007, 'TiDB: write conflict'],
      [8002, 'TiDB: FOR UPDATE conflict'],
      [8022, 'TiDB: commit failed'],
      [8028, 'TiDB: schema changed'],
    ],
    unknown: [
      [1180, 'error during COMMIT'],
      [1053, 'shutdown in progress'],
      [1317, 'interrupted'],
      [1927, 'connection killed'],
    ],
    notBegun: [
      [1040, 'too many connections'],
      [1047, 'Galera: no primary component'],
      [1053, 'shutdown in progress'],
      [1290, 'read-only'],
      [1836, 'read-only mode'],
    ],
  },
  postgres: {
    rolledBack: [
      ['40P01', 'deadlock'],
      ['40001', 'serialization failure'],
      ['40002', 'a constraint that is checked at COMMIT'],
    ],
    unknown: [
      ['40003', 'statement completion unknown'],
      ['57P01', 'the server stops'],
      ['57P02', 'another of its processes crashed'],
      ['57014', 'cancelled'],
      ['08006', 'connection failure'],
      ['XX000', 'internal error'],
    ],
    notBegun: [
      ['53300', 'too many connections'],
      ['57P03', 'the server starts'],
      ['25006', 'read-only'],
      ['53200', 'out of memory'],
    ],
  },
};
/** A statement that changes nothing. */
const NOTHING: Readonly<Record<ServedEngine, string>> = { mysql: 'DO 1', postgres: 'SELECT 1' };

describe.each(privateServers)('between the server and its database on %s', (engine) => {
  const errors = ERRORS[engine];
  let database: PrivateServer;
  let wire: Wire;
  let server: Server;
  let office: BoxOffice;
  const store = () => server.store;
  let name: string;
  beforeAll(async () => {
    database = await privateServer(engine);
    wire = await Wire.lay(database);
    const direct = database.store();
    name = direct.database;
    const wired = await startServer({ ...direct, port: wire.port });
    server = { ...wired, store: direct };
    office = await BoxOffice.open(server.url);
  });

  describe('F4 connection cut between COMMIT and its answer', () => {
    const fates: [string, Fate][] = [
      ['the answer is lost', loseAnswer],
      ['COMMIT itself is lost', loseStatement],
      ['COMMIT arrives a second after its connection was lost', arriveLate(1000)],
    ];
    const keys: [string, () => string | undefined][] = [
      ['without a key', () => undefined],
      ['under a key', () => randomUUID()],
    ];
    it.each(fates.flatMap(([name, fate]) => keys.map(([how, key]) => [name, how, fate, key] as const)))(
      '%s, %s: found out, and booked once',
      async (_, __, fate, key) => {
        const sprung = wire.trap(COMMIT, fate);
        const { status } = await office.order({ quantity: 2, key: key() });
        await sprung;
        expect(status).toBe(201);
        await reckon(office, server);
      },
    );

    it('and others come for the event while it is found out: each is answered, and booked once', async () => {
      const sprung = wire.trap(COMMIT, arriveLate(1000));
      const first = office.order();
      await sprung;
      const later = Promise.all(Array.from({ length: 6 }, (_, index) => office.order({ key: index % 2 === 0 ? undefined : randomUUID() })));
      expect((await first).status).toBe(201);
      for (const { status } of await later) expect(status).toBe(201);
      await reckon(office, server);
    });

    it('nobody can find out: everyone of the batch hears so, only who has a key may ask again, and COMMIT arrives after all', async () => {
      const rude = await database.neighbour(name);
      await rude.query('START TRANSACTION');
      await rude.query('SELECT id FROM events FOR UPDATE');
      // Orders that arrive during the wait for the lock share a transaction.
      const asked = Array.from({ length: 10 }, (_, index) => office.order({ key: index % 2 === 0 ? undefined : randomUUID() }));
      const someoneHeard = Promise.race(
        asked.map(async (order) => ((await order).order.certainty === 'unknown' ? undefined : new Promise(() => {}))),
      );
      await sleep(500);
      const dark = wire.goDarkAt(COMMIT);
      await rude.query('ROLLBACK');
      await dark;
      await someoneHeard;
      wire.goLight(); // before the database rolls back transactions that are idle for too long
      const unknown = (await Promise.all(asked)).filter(({ order }) => order.certainty === 'unknown');
      expect(new Set(unknown.map(({ order }) => order.key !== undefined))).toEqual(new Set([true, false]));
      for (const { status, body, headers, order } of unknown) {
        expect([status, body.message]).toEqual([503, 'Hasil tidak diketahui, periksa kembali sebelum mencoba lagi']);
        expect(headers.has('retry-after')).toBe(order.key !== undefined);
      }
      for (const { order } of unknown) {
        if (order.key === undefined) continue;
        const again = await office.askAgain(order);
        expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
      }
      const [{ bookings } = { bookings: 0 }] = await query<{ bookings: number }>(store(), 'SELECT COUNT(*) AS bookings FROM bookings');
      expect(Number(bookings)).toBe(office.orders.filter(({ certainty }) => certainty !== 'not done').length);
      await reckon(office, server, { heard: OUTAGE });
    });
  });

  describe('§4.2 errors of engines that are not here, put on the wire', () => {
    it.each(errors.rolledBack)('%s at COMMIT, which was rolled back (%s): run again, and booked once', async (code) => {
      const sprung = wire.trap(COMMIT, answerWith({ code, done: 'ROLLBACK' }));
      expect((await office.order()).status).toBe(201);
      await sprung;
      await reckon(office, server, { heard: OUTAGE });
    });

    it.each(errors.unknown.flatMap(([code, what]) => ['COMMIT', 'ROLLBACK'].map((done) => [code, what, done] as const)))(
      '%s at COMMIT (%s), when what the database did was %s: found out, and booked once',
      async (code, _, done) => {
        const sprung = wire.trap(COMMIT, answerWith({ code, done }));
        expect((await office.order()).status).toBe(201);
        await sprung;
        await reckon(office, server, { heard: OUTAGE });
      },
    );

    it.each(errors.notBegun)('%s instead of a transaction (%s): run again, and booked once', async (code) => {
      const sprung = wire.trap(BEGIN, answerWith({ code, done: NOTHING[engine] }));
      expect((await office.order()).status).toBe(201);
      await sprung;
      await reckon(office, server, { heard: OUTAGE });
    });
  });

  it.each(['UPDATE `?events', 'INSERT INTO `?bookings', 'INSERT INTO `?stock_movements'])(
    'the connection is lost at %s, among what a batch writes at once: all of it is rolled back, and it is booked once',
    async (words) => {
      const sprung = wire.trap(new RegExp(words), loseStatement);
      expect((await office.order({ quantity: 2 })).status).toBe(201);
      await sprung;
      await reckon(office, server, { heard: OUTAGE });
    },
  );

  // A node of a cluster: PostgreSQL has none, and a primary that may not write takes ROLLBACK.
  if (engine === 'mysql')
    it('F27 a node that loses its majority refuses ROLLBACK too: what the transaction had done is never stored, and it is booked once', async () => {
      const refused = answerWith({ code: 1047, done: 'DO 1' });
      // The stock is already changed. If the server used this connection again, the next START TRANSACTION would commit that change alone.
      const inTheMiddle = wire.trap(/INSERT INTO `?bookings/, refused);
      const order = office.order({ quantity: 3 });
      await inTheMiddle;
      const rollback = wire.trap(/^ROLLBACK$/, refused);
      expect((await order).status).toBe(201);
      await rollback;
      expect((await office.order()).status).toBe(201);
      await reckon(office, server, { heard: OUTAGE });
    });

  describe('F11 slow or black-holed database', () => {
    it('goes dark in mid-storm: every request ends in time, no crash, and all is well when it is light', { timeout: 120_000 }, async () => {
      office.slowestMs = 0;
      const { stop } = storm(office);
      await sleep(500);
      wire.goDark();
      // The wire is light again only after the clients have their answers.
      const [list, up, order] = await Promise.all([ask(office.url, 'GET', '/api/events'), ask(office.url, 'GET', '/'), office.order(), sleep(7000)]);
      expect([list.status, up.status, order.status]).toEqual([503, 200, 503]);
      expect(list.milliseconds).toBeLessThan(SLOWEST_MS);
      expect(up.milliseconds).toBeLessThan(SLOWEST_MS / 4);
      wire.goLight();
      await stop();
      expect(office.slowestMs).toBeLessThan(SLOWEST_MS);
      expect((await office.order()).status).toBe(201);
      await reckon(office, server, { heard: OUTAGE });
    });

    it('answers when its try was given up: an order that waits then is answered by its own', { timeout: 120_000 }, async () => {
      const [late, next] = [keepAnswerBack(), keepAnswerBack()];
      const first = wire.trap(LOCK, late.fate);
      const givenUp = office.order();
      await first;
      expect((await givenUp).status).toBe(503);
      const second = wire.trap(LOCK, next.fate);
      const served = office.order();
      await second;
      const waiting = Promise.all([office.order(), office.order()]);
      await sleep(300);
      late.letGo();
      await sleep(300);
      next.letGo();
      expect([(await served).status, ...(await waiting).map(({ status }) => status)]).toEqual([201, 201, 201]);
      await reckon(office, server, { heard: OUTAGE });
    });

    it('is frozen when the server is told to stop: exit 0 all the same', async () => {
      const other = await startServer(database.store());
      expect((await ask(other.url, 'GET', '/api/events')).status).toBe(200);
      database.freeze();
      expect(await other.stop()).toBe(0);
      database.thaw();
    });

    it('is frozen for a second: requests only take longer', async () => {
      const before = office.heard.get('503');
      database.freeze();
      const asked = office.order();
      await sleep(1000);
      database.thaw();
      expect((await asked).status).toBe(201);
      expect(office.heard.get('503')).toBe(before);
    });

    it('is frozen for long: 503 in time, and all is well when it thaws', { timeout: 120_000 }, async () => {
      office.slowestMs = 0;
      const { stop } = storm(office, { crowd: 8 });
      database.freeze();
      const [{ status }] = await Promise.all([office.order(), sleep(7000)]);
      expect(status).toBe(503);
      database.thaw();
      await stop();
      expect(office.slowestMs).toBeLessThan(SLOWEST_MS);
      expect((await office.order()).status).toBe(201);
      await reckon(office, server, { heard: OUTAGE });
    });

    it('forgets a connection that holds the lock: the event is on sale again soon', { timeout: 120_000 }, async () => {
      const sprung = wire.trap(LOCK, forgetConnection);
      const lost = await office.order();
      await sprung;
      expect([201, 503]).toContain(lost.status);
      const began = Date.now();
      while ((await office.order()).status !== 201) expect(Date.now() - began).toBeLessThan(40_000);
      await reckon(office, server, { heard: OUTAGE });
    });
  });
});
