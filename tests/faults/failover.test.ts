import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { firing, scrape } from '../alarms.ts';
import type { ServedEngine } from '../engine-names.ts';
import { ask, BoxOffice } from './box-office.ts';
import { freePort, type Server, type Store, startServer, until } from './programs.ts';
import { expectHeard, OUTAGE, query, reckon } from './reckoning.ts';
import { atReplica, type ReplicatedServer, replicatedServer, replicatedServers } from './replicated-server.ts';
import { storm } from './storm.ts';
import { answerWith, askInstead, COMMIT, type Fate, Wire } from './wire.ts';

/** A failover takes seconds and needs no restart. The limit has a margin, since other work shares the machine. */
const SOLD_AGAIN_MS = 15_000;
/** The back-off between two checks of a database that refuses orders. */
const PROBED_MS = 3000;
/** The log gets one line when the server starts to refuse orders, and one when it accepts them again. */
const REFUSED = /"message":"[^"]*\borders\b[^"]*\brefused\b/gi;
const BACK = /"message":"[^"]*\borders\b[^"]*\bagain\b/gi;

const UNAVAILABLE = [503, 'Layanan sementara tidak tersedia'];
const READY = { status: 'ready', orders: 'ok' };
const READ_ONLY = { status: 'ready', orders: 'refused', reason: 'read_only' };

const WRITES = /^(INSERT|UPDATE|DELETE)\b/;
const EVERYTHING = /^/;
interface Words {
  /** The error of a database that refuses writes, and the statements that get it. */
  readonly wrongServer: readonly (readonly [what: string, words: RegExp, fate: Fate])[];
  /** Counts the connections to a database. */
  readonly connectionsTo: (database: string) => string;
}
/** The transaction fails with this error, as if the database had sent it. */
const raise = (code: string): Fate => askInstead(`DO $$ BEGIN RAISE EXCEPTION 'put on the wire' USING ERRCODE = '${code}'; END $$`);
/** PostgreSQL sends the reason, and closes the connection. */
const endWith =
  (code: string): Fate =>
  ({ near, far, protocol }) => {
    near.end(protocol.error(code));
    far.destroy();
  };
const OF: Readonly<Record<ServedEngine, Words>> = {
  mysql: {
    wrongServer: [
      ['1047 to everything: a Galera node outside the primary component', EVERYTHING, answerWith({ code: 1047, done: 'DO 1' })],
      ['1290 to writes: --read-only', WRITES, answerWith({ code: 1290, done: 'DO 1' })],
      ['1836 to writes: read-only mode', WRITES, answerWith({ code: 1836, done: 'DO 1' })],
      ['1792 to writes: a transaction that may only read', WRITES, answerWith({ code: 1792, done: 'DO 1' })],
      ['3100 at COMMIT, which was rolled back: group replication', COMMIT, answerWith({ code: 3100, done: 'ROLLBACK' })],
      ['1290 at COMMIT, which was rolled back: demoted meanwhile', COMMIT, answerWith({ code: 1290, done: 'ROLLBACK' })],
      ['1053 to everything: it shuts down', EVERYTHING, answerWith({ code: 1053, done: 'DO 1' })],
    ],
    connectionsTo: (database) => `SELECT COUNT(*) AS connections FROM information_schema.PROCESSLIST WHERE DB = '${database}'`,
  },
  postgres: {
    wrongServer: [
      ['25006 to writes: read-only', WRITES, raise('25006')],
      ['25006 to locks: a standby', /FOR NO KEY UPDATE/, raise('25006')],
      ['57P03 to everything: it starts, or is a standby that takes no reads yet', EVERYTHING, endWith('57P03')],
      ['25006 at COMMIT, which was rolled back: demoted meanwhile', COMMIT, answerWith({ code: '25006', done: 'ROLLBACK' })],
      ['57P01 to everything: it shuts down', EVERYTHING, endWith('57P01')],
    ],
    connectionsTo: (database) => `SELECT COUNT(*) AS connections FROM pg_stat_activity WHERE datname = '${database}'`,
  },
};

describe.each(replicatedServers)('a database on %s that does not take orders any more', (engine) => {
  const { wrongServer, connectionsTo } = OF[engine];
  let pair: ReplicatedServer;
  /** The server knows only one address of its database: the wire's. */
  let wire: Wire;
  /** Its store is the primary itself. */
  let server: Server & { readonly store: ReturnType<ReplicatedServer['primary']['store']> };
  let office: BoxOffice;
  beforeAll(async () => {
    pair = await replicatedServer(engine);
    const store = pair.primary.store();
    wire = await Wire.lay(pair.primary);
    server = { ...(await startServer({ ...store, port: wire.port }, { env: pair.env })), store };
    office = await BoxOffice.open(server.url);
  });
  /** A failed test must not disturb the next one. */
  beforeEach(async () => {
    wire.cut();
    office.url = server.url;
    await soldWithin();
    office.heard.clear();
    server.unread();
    told = server.output().length;
  });
  let told = 0;

  const readiness = async (url = server.url) => {
    const { status, body } = await ask(url, 'GET', '/health/ready');
    return { status, data: body.data };
  };
  /** Log lines of this test. */
  const linesTold = () => ({
    refused: server.output().slice(told).match(REFUSED)?.length ?? 0,
    back: server.output().slice(told).match(BACK)?.length ?? 0,
  });
  /** The log must not get one line for each refused order. */
  const expectFewLines = async (atLeast: number) => {
    await expect.poll(() => linesTold().back).toBe(linesTold().refused);
    expect(linesTold().refused).toBeGreaterThanOrEqual(atLeast);
    expect(linesTold().refused).toBeLessThan(10);
  };
  const soldWithin = async () => {
    const began = Date.now();
    const first = await until('tickets are sold again', async () => {
      const { status } = await office.order();
      if (Date.now() > began + SOLD_AGAIN_MS) return status;
      return status === 201 ? status : undefined;
    });
    expect(first, `tickets are sold again within ${SOLD_AGAIN_MS} ms`).toBe(201);
  };

  describe('it turns read-only and back', () => {
    it('orders are refused, reads are served, the server stays ready and says what is wrong; it finds out without an order that they are taken again', async () => {
      expect(await readiness()).toEqual({ status: 200, data: READY });
      const before = await scrape(server.url);
      const rings = async () => firing(before, await scrape(server.url)).includes('OrdersRefused');
      await pair.readOnly(true);
      try {
        const refused = await office.order();
        expect([refused.status, refused.body.message]).toEqual(UNAVAILABLE);
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
        expect((await ask(office.url, 'GET', '/api/events')).status).toBe(200);
        expect((await ask(office.url, 'GET', '/api/bookings', { as: office.admin })).status).toBe(200);
        expect(await readiness()).toEqual({ status: 200, data: READ_ONLY });
        const asked = wire.statements;
        await sleep(PROBED_MS);
        expect(wire.statements, 'the database is looked at while orders are refused').toBeGreaterThan(asked);
        expect(await rings()).toBe(true);
        expect(await readiness()).toEqual({ status: 200, data: READ_ONLY });
        await expect.poll(linesTold).toEqual({ refused: 1, back: 0 });
      } finally {
        await pair.readOnly(false);
      }
      await until('the server says that it takes orders, though none came', async () =>
        (await readiness()).data?.orders === 'ok' ? true : undefined,
      );
      expect(await readiness()).toEqual({ status: 200, data: READY });
      expect(await rings()).toBe(false);
      await expect.poll(linesTold).toEqual({ refused: 1, back: 1 });
      expect((await office.order()).status).toBe(201);
      const quiet = wire.statements;
      await sleep(PROBED_MS);
      expect(wire.statements, 'a database that takes orders is not looked at').toBe(quiet);
      await reckon(office, server, { heard: OUTAGE });
    });

    it('in mid-storm, twice: nothing is lost, ready all the time, and few lines tell of it', { timeout: 120_000 }, async () => {
      const balancer = watch(server.url);
      const { stop } = storm(office);
      for (let turn = 0; turn < 2; turn++) {
        await sleep(300);
        await pair.readOnly(true);
        await sleep(1000);
        await pair.readOnly(false);
        await soldWithin();
      }
      await stop();
      const seen = await balancer.stop();
      expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200]));
      expect(seen.map(({ data }) => data)).toContainEqual(READ_ONLY);
      expect(await readiness()).toEqual({ status: 200, data: READY });
      await expectFewLines(2);
      await reckon(office, server, { heard: OUTAGE });
    });

    it('a server starts on it while it is read-only: reads are served, and it sells once it may', async () => {
      await pair.readOnly(true);
      let second: Server;
      try {
        second = await startServer(server.store, { env: pair.env });
        await until('the second server is ready', async () => ((await readiness(second.url)).status === 200 ? true : undefined));
        expect((await ask(second.url, 'GET', '/api/events')).status).toBe(200);
        expect((await office.order({ at: second.url })).status).toBe(503);
        expect(await readiness(second.url)).toEqual({ status: 200, data: READ_ONLY });
      } finally {
        await pair.readOnly(false);
      }
      office.url = second.url;
      await soldWithin();
      await reckon(office, second, { heard: OUTAGE });
      await second.kill();
    });
  });

  describe('the open connections lead to the wrong server, and new ones to the right one', () => {
    it.each(wrongServer)('%s', async (_, words, fate) => {
      const crowd = () => Promise.all(Array.from({ length: 12 }, (_, index) => office.order({ eventId: office.sales[1 + (index % 2)]?.id ?? '' })));
      const list = () => Promise.all(Array.from({ length: 6 }, () => ask(office.url, 'GET', '/api/events')));
      await Promise.all([crowd(), list()]);
      wire.spoil(words, fate);
      const [orders, lists] = await Promise.all([crowd(), list()]);
      expect(orders.filter(({ status }) => status !== 201 && status !== 503)).toEqual([]);
      expect(lists.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
      await soldWithin();
      for (const { status } of await crowd()) expect(status).toBe(201);
      for (const { status } of await list()) expect(status).toBe(200);
      expect(await readiness()).toEqual({ status: 200, data: READY });
      expectHeard(office, server, OUTAGE);
    });

    it('in the end it all adds up', async () => {
      await reckon(office, server, { heard: OUTAGE });
    });
  });

  it('its address does not answer for a while: 503 and not ready, and on sale again without a restart', async () => {
    wire.pointAt(await freePort());
    wire.cut();
    const [order, list, ready] = await Promise.all([office.order(), ask(office.url, 'GET', '/api/events'), readiness()]);
    expect([order.status, order.order.certainty, list.status, ready.status]).toEqual([503, 'not done', 503, 503]);
    wire.pointAt(pair.primary.port);
    await until('the server is ready', async () => ((await readiness()).status === 200 ? true : undefined));
    await soldWithin();
    expect(await readiness()).toEqual({ status: 200, data: READY });
    await reckon(office, server, { heard: OUTAGE });
  });

  // This test is the last one. After it the former replica is the only primary.
  it('the primary is demoted, its replica promoted, the address re-pointed, in mid-storm: sales go on there, nothing is lost', {
    timeout: 120_000,
  }, async () => {
    const promoted: Store = atReplica(pair, server.store);
    const balancer = watch(server.url);
    const { stop } = storm(office);
    await sleep(500);
    await pair.demote();
    await pair.promote();
    await sleep(2000); // an order is retried for less time, so some are refused; operators are slower than scripts
    wire.pointAt(pair.replica.port);
    const soldBefore = await countOf(promoted);
    await soldWithin();
    expect(await countOf(promoted)).toBeGreaterThan(soldBefore);
    await sleep(500);
    await stop();
    const seen = await balancer.stop();
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200]));
    expect(seen.map(({ data }) => data)).toContainEqual(READ_ONLY);
    await until('the server says that it takes orders', async () => ((await readiness()).data?.orders === 'ok' ? true : undefined));
    await expectFewLines(1);
    // A connection that only reads gets no refusal. It has to be closed too, or its reads stay as old as the failover.
    await until('no connection leads to the old primary', async () => {
      const reads = ['/api/events', '/api/bookings', '/api/users', '/health/ready'].map((path) => ask(office.url, 'GET', path, { as: office.admin }));
      await Promise.all([...reads, office.order()]);
      const [left] = await pair.primary.query(connectionsTo(server.store.database));
      return Number(left?.['connections']) === 0 ? true : undefined;
    });
    await reckon(office, { ...server, store: promoted }, { heard: OUTAGE });
  });
});

const countOf = async (store: Store): Promise<number> =>
  Number((await query<{ found: number | string }>(store, 'SELECT COUNT(*) AS found FROM bookings'))[0]?.found);

/** A load balancer that asks again and again whether the server is ready. */
function watch(url: string) {
  const seen: { readonly status: number | undefined; readonly data: unknown }[] = [];
  let over = false;
  const watching = (async () => {
    while (!over) {
      const { status, body } = await ask(url, 'GET', '/health/ready');
      seen.push({ status, data: body?.data });
      await sleep(100);
    }
  })();
  watching.catch(() => undefined); // the error is reported when the balancer stops
  return {
    stop: async () => {
      over = true;
      await watching;
      return seen;
    },
  };
}
