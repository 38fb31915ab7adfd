import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../packages/adapters/src/persistence/database.ts';
import { arriveWhenLetGo, type Fate, holdBack, loseAnswer, loseStatement, Wire } from '../faults/wire.ts';
import type { Reply } from '../open-api.ts';
import { type Cluster, type GaleraNode, startCluster } from './cluster.ts';
import { ensureGalera } from './packages.ts';
import { audit, type HttpServer, startServer } from './programs.ts';
import { Storm } from './storm.ts';
import { eventually, must, seconds } from './waiting.ts';

/**
 * Three Galera nodes and three of our servers, each on its own node: the promises are kept while all three write to one hot
 * row, while a node dies, and when the majority is lost and comes back. The nodes have Galera's defaults: nothing waits for another node.
 */
const DATABASE = 'tickets';
const BUYERS = 24;
/** More than any storm here sells. */
const PLENTY = 100_000;

const COMMIT = /^COMMIT$/;
const BEGIN = /^START TRANSACTION$/;
const ROUNDS = 20;

const say = (line: string) => console.log(`   ${line}`);

let folder: string;
let cluster: Cluster;
let nodes: [GaleraNode, GaleraNode, GaleraNode];
let servers: [HttpServer, HttpServer, HttpServer];
let admin: string;
let buyers: string[];

beforeAll(async () => {
  ensureGalera();
  folder = mkdtempSync(join(tmpdir(), 'ticket-cluster-'));
  const began = Date.now();
  cluster = await startCluster();
  nodes = three(cluster.nodes);
  const [mariadb] = await nodes[0].query<{ version: string }>('SELECT VERSION() AS version');
  const [galera] = await nodes[0].status('wsrep_provider_version');
  say(`MariaDB ${mariadb?.version}, Galera ${galera}, Node ${process.version}; three nodes came up in ${seconds(Date.now() - began)}`);
});
afterAll(async () => {
  await Promise.all((servers ?? []).map((server) => server.stop()));
  cluster?.remove();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

it('three servers that start at once on three nodes and an empty database all come up', async () => {
  const times: string[] = [];
  for (const database of ['together_1', 'together_2', 'together_3']) {
    const began = Date.now();
    const together = await Promise.all(nodes.map((node) => startServer(node, database, folder)));
    for (const server of together) expect((await fetch(`${server.url}/api/events`)).status, server.output()).toBe(200);
    times.push(seconds(Date.now() - began));
    for (const server of together) expect(await server.stop()).toBe(0);
    for (const node of nodes) expect(await node.query(`SELECT name FROM ${database}.guards`)).toHaveLength(1);
  }
  say(`servers that start at once on an empty database: up after ${times.join(', ')}`);
});

let latest: Storm | undefined;
/** Of a test that failed: what was heard, and what the servers said. */
afterEach(async ({ task }) => {
  await latest?.stop();
  if (task.result?.state === 'fail' && latest !== undefined) {
    say(`FAILED after ${latest.figures}; unexpected: ${latest.unexpected.slice(0, 5).join('; ')}`);
    for (const server of servers) say(`the server on ${server.node.name} said at last:\n${server.output().slice(-2000)}`);
  }
  latest = undefined;
});

describe('on servers that were started one after another', () => {
  beforeAll(async () => {
    const started: HttpServer[] = [];
    for (const node of nodes) started.push(await startServer(node, DATABASE, folder));
    servers = three(started);
    admin = await account('admin');
    buyers = await Promise.all(Array.from({ length: BUYERS }, () => account('user')));
    await cluster.settled();
  });

  it('a hot event of 300 tickets, asked for at all three at once, is sold out exactly', async () => {
    const storm = await storming(300);
    await storm.finished();
    await exact(storm, 300);
    expect(storm.acknowledged).toHaveLength(300);
    say(`conflicts that the nodes saw so far: ${(await conflicts()).join(', ')}`);
  });

  it('one key sent to all three servers at once books once', async () => {
    const eventId = await event(PLENTY);
    let replayed = 0;
    const ids: string[] = [];
    for (let round = 0; round < 40; round++) {
      const replies = await Promise.all(servers.map((server) => book(server, eventId, `round-${round}`)));
      expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
      const told = new Set(await Promise.all(replies.map(async (reply) => (await dataOf(reply)).id)));
      expect(told.size).toBe(1);
      ids.push(...told);
      replayed += replies.filter(({ headers }) => headers.get('idempotency-replayed') === 'true').length;
    }
    expect(replayed).toBe(80);
    await booksHold(eventId, PLENTY, ids);
    say('one key at three servers at once: 40 rounds, 120 answers 201, 40 bookings');
  });

  it('a node that is killed in the middle of a storm stalls the others for seconds, loses nothing, and comes back', async () => {
    const [, , victim] = nodes;
    const [first, second, orphan] = servers;
    const storm = await storming(PLENTY);
    await storm.sold(150);
    const reads = watch(`${first.url}/api/events/${storm.eventId}`);
    const readiness = watch(`${first.url}/health/ready`);
    const killed = Date.now();
    victim.kill();
    await storm.sold(150, [first, second]);
    say(`killed: at ${first.node.name} reads: ${await reads.end()}; /health/ready: ${await readiness.end()}`);
    // Now and then the others notice at once, and have sold before anybody asked at its server.
    while (storm.heardAt(orphan, killed + 500)['unavailable'] === undefined) await sleep(50);
    const restarted = Date.now();
    await victim.restart();
    const synced = Date.now();
    await storm.sold(30, [orphan]);
    await storm.sold(100);
    await storm.stop();
    const heard = storm.heardAt(orphan, killed + 500, restarted);
    expect(Object.keys(heard).toSorted().join()).toMatch(/^unavailable(,unknown)?$/);
    say(`killed: ${stalls(storm, [first, second], killed, restarted)}; its server said ${JSON.stringify(heard)} meanwhile`);
    say(`came back in ${seconds(synced - restarted)} by ${victim.cameBackBy}; ${sellsAgain(storm, [orphan], synced)}`);
    say(`while it came back: ${stalls(storm, [first, second], restarted, synced)}`);
    await exact(storm, PLENTY);
  });

  it('without a majority nothing is sold; the two that died are started again and sales go on', async () => {
    const { storm, lost } = await loseTheMajority();
    const restarted = Date.now();
    await Promise.all([nodes[1].restart(), nodes[2].restart()]);
    await nodes[0].synced();
    const regained = Date.now();
    for (const server of servers) await storm.sold(30, [server]);
    await storm.stop();
    say(`majority back ${seconds(regained - restarted)} after the two were started; ${sellsAgain(storm, servers, regained)}`);
    say(`in all: ${stalls(storm, servers, lost, regained + 5000)}`);
    await exact(storm, PLENTY);
  });

  it('without a majority the survivor can be told to go on alone, and the others come back to it', async () => {
    const { storm, lost } = await loseTheMajority();
    const told = Date.now();
    await goOnAlone();
    await storm.sold(100, [servers[0]]);
    const alone = Date.now();
    await nodes[1].restart();
    await nodes[2].restartEmpty();
    const back = Date.now();
    for (const server of servers) await storm.sold(30, [server]);
    await storm.stop();
    say(`told to go on alone: ${sellsAgain(storm, [servers[0]], told)}; ${stalls(storm, [servers[0]], lost, alone)}`);
    say(`the others came back in ${seconds(back - alone)} by ${nodes[1].cameBackBy} and ${nodes[2].cameBackBy}; ${sellsAgain(storm, servers, back)}`);
    await exact(storm, PLENTY);
  });

  it('a transaction that is open when the majority goes is not left open, nor stored by the next one on its connection', async () => {
    const eventId = await event(10);
    for (const node of [nodes[1], nodes[2]]) node.kill();
    // Whoever books waits for this lock when the node stops answering: his next statement is refused, and so is his ROLLBACK.
    const held = await nodes[0].lock(`SELECT id FROM ${DATABASE}.events WHERE id = ? FOR UPDATE`, [eventId]);
    const statuses: Promise<number>[] = [];
    for (let turn = 0; await nodes[0].isPrimary(); turn++) {
      statuses.push(book(servers[0], eventId, `open-${turn}`).then(({ status }) => status));
      await sleep(250);
    }
    held.release();
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([503]));
    await goOnAlone();
    await eventually(
      'no transaction is left open',
      10_000,
      async () => (await nodes[0].query('SELECT 1 FROM information_schema.innodb_trx')).length === 0,
    );
    const reply = await book(servers[0], eventId, 'after');
    expect(reply.status).toBe(201);
    const { id } = await dataOf(reply);
    for (const node of [nodes[1], nodes[2]]) await node.restart();
    await booksHold(eventId, 10, [id]);
    say(`an open transaction when the majority goes: ${statuses.length} orders met it, all 503; none is stored, none is left open`);
  });

  it.each([
    [0, 1],
    [1, 1],
    [6, 7],
  ])('at a node with wsrep_sync_wait = %i every connection has %i', async (node, session) => {
    const { port } = nodes[1];
    await nodes[1].query('SET GLOBAL wsrep_sync_wait = ?', [node]);
    const database = new Database({ engine: 'mysql', host: '127.0.0.1', port, user: 'root', password: '', database: DATABASE, poolSize: 5 });
    try {
      await database.connect({ makes: false });
      const sql = 'SELECT CONNECTION_ID() AS connection, @@wsrep_sync_wait AS wait, SLEEP(0.1)';
      const rows = await Promise.all(Array.from({ length: 10 }, () => database.query<{ connection: number; wait: number }>(sql)));
      expect(new Set(rows.flat().map(({ connection }) => connection)).size).toBe(5);
      expect(new Set(rows.flat().map(({ wait }) => Number(wait)))).toEqual(new Set([session]));
    } finally {
      await database.close();
      await nodes[1].query('SET GLOBAL wsrep_sync_wait = 0');
    }
  });

  /** Somebody books at the first server, one ticket of an event of their own, and asks this at the second at once. */
  interface Look {
    readonly what: string;
    readonly ask: (at: HttpServer, booked: Booked) => Promise<unknown>;
    /** What they hear when so many tickets are sold. */
    readonly hears: (booked: Booked, sold: number) => unknown;
    /** The tickets of the booking that are sold after it. */
    readonly keeps: 0 | 1;
  }
  interface Booked {
    readonly id: string;
    readonly eventId: string;
    readonly token: string;
  }
  const set = (status: string, keeps: 0 | 1): Look => ({
    what: `set ${status}`,
    ask: async (at, { id, token }) => (await served(at, 'PATCH', `/api/bookings/${id}/status`, token, { status })).status,
    hears: () => 200,
    keeps,
  });
  const looks: readonly Look[] = [
    {
      what: 'read',
      ask: async (at, { id, token }) => (await served(at, 'GET', `/api/bookings/${id}`, token)).status,
      hears: () => 200,
      keeps: 1,
    },
    {
      what: 'seen in the list',
      ask: async (at, { token }) => (await dataOf(await served(at, 'GET', '/api/bookings?limit=1', token)))[0]?.id,
      hears: ({ id }) => id,
      keeps: 1,
    },
    {
      what: 'taken off the tickets that are left',
      ask: async (at, { eventId }) => (await dataOf(await served(at, 'GET', `/api/events/${eventId}`))).available_tickets,
      hears: (_, sold) => PLENTY - sold,
      keeps: 1,
    },
    set('pending', 1),
    set('confirmed', 1),
    set('cancelled', 0),
    {
      what: 'deleted',
      ask: async (at, { id, token }) => (await served(at, 'DELETE', `/api/bookings/${id}`, token)).status,
      hears: () => 200,
      keeps: 0,
    },
  ];
  const bookOne = async (eventId: string, token: string): Promise<Booked> => {
    const { id } = await dataOf(await served(servers[0], 'POST', '/api/bookings', token, { event_id: eventId, quantity: 1 }));
    return { id, eventId, token };
  };

  it('what was just booked at one node is there at another, 200 times for each thing to do with it, in the middle of a storm', async () => {
    const storm = await storming(PLENTY, buyers.slice(0, 6));
    await storm.sold(50);
    const wrong = await Promise.all(
      looks.map(async ({ what, ask, hears, keeps }) => {
        const [eventId, token] = [await event(PLENTY), await account('user')];
        const heardWrong: string[] = [];
        for (let turn = 0, sold = 0; turn < 200; turn++, sold += keeps) {
          const booked = await bookOne(eventId, token);
          const heard = await ask(servers[1], booked);
          if (heard !== hears(booked, sold + 1)) heardWrong.push(`${what}: ${heard} instead of ${hears(booked, sold + 1)}`);
        }
        return heardWrong;
      }),
    );
    await storm.stop();
    const asked = looks.map(({ what }) => what).join(', ');
    say(`booked at one node and ${asked} at another, 200 times each: ${wrong.flat().length} wrong; ${turnedAway} 503 that were asked again`);
    expect(wrong.flat()).toEqual([]);
    await exact(storm, PLENTY);
  });

  it.each(looks)('what was booked at one node is $what at another that lags behind, once that has caught up', async ({ ask, hears }) => {
    const eventId = await event(PLENTY);
    // The node applies nothing from the others until this is released.
    const lag = await nodes[1].lock('FLUSH TABLES WITH READ LOCK', []);
    const booked = await bookOne(eventId, must(buyers[0]));
    expect(await nodes[1].query(`SELECT id FROM ${DATABASE}.bookings WHERE id = ?`, [booked.id])).toEqual([]);
    let heard: unknown;
    const asking = ask(servers[1], booked).then((answer) => {
      heard = answer;
    });
    await sleep(700);
    const early = heard;
    lag.release();
    await asking;
    expect({ early, heard }).toEqual({ early: undefined, heard: hears(booked, 1) });
  });

  it.each([
    ['at once', async (first: () => Promise<unknown>, second: () => Promise<unknown>) => void (await Promise.allSettled([first(), second()]))],
    [
      'one after the other',
      async (first: () => Promise<unknown>, second: () => Promise<unknown>) => {
        await first().catch(() => undefined);
        await second().catch(() => undefined);
      },
    ],
  ])('of two open transactions on two nodes that hold one mark, committed %s, one is stored and the other gets 1213', async (_, commitBoth) => {
    const stored = [0, 0];
    for (let round = 0; round < 20; round++) {
      const id = randomUUID();
      const order = round % 2 === 0 ? [0, 1] : [1, 0];
      const tries = await Promise.all(
        order.map(async (index) => {
          const connection = await must(nodes[index]).connect();
          await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
          await connection.beginTransaction();
          await connection.query(`INSERT INTO ${DATABASE}.commits (id, attempt, at) VALUES (?, ?, CURRENT_TIMESTAMP(3))`, [id, index]);
          const attempt = { index, connection, outcome: undefined as unknown };
          const commit = () =>
            connection.query('COMMIT').then(
              () => (attempt.outcome = 'stored'),
              (error: { errno: number }) => (attempt.outcome = error.errno),
            );
          return { attempt, commit };
        }),
      );
      await commitBoth(must(tries[0]).commit, must(tries[1]).commit);
      for (const { attempt } of tries) attempt.connection.destroy();
      expect(tries.map(({ attempt }) => attempt.outcome).toSorted()).toEqual([1213, 'stored']);
      const winner = must(tries.find(({ attempt }) => attempt.outcome === 'stored')).attempt.index;
      stored[winner] = must(stored[winner]) + 1;
      await cluster.settled();
      for (const node of nodes) expect(await node.query(`SELECT attempt FROM ${DATABASE}.commits WHERE id = ?`, [id])).toEqual([{ attempt: winner }]);
    }
    say(`one mark in two open transactions: ${stored.join(' and ')} of 20 stored by the two nodes, the other got 1213`);
  });

  /**
   * A server loses the answer to COMMIT with its node, and goes on at another one. There it inserts the same mark, and certification decides
   * which of the two tries is stored.
   */
  describe('a COMMIT that is lost, found out at another node', () => {
    let wire: Wire;
    /** It reaches its node through the wire. */
    let moved: HttpServer;
    let buyer: string;
    beforeAll(async () => {
      wire = await Wire.lay(nodes[0].port);
      moved = await startServer(nodes[0], DATABASE, folder, wire.port);
      buyer = await account('user');
    });
    afterAll(() => moved?.stop());

    interface Change {
      readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
      readonly path: string;
      readonly token: string;
      readonly body?: object;
    }
    interface Prepared {
      readonly change: Change;
      readonly status: number;
      /** What somebody does at the third server after the change is stored, before that is found out. */
      readonly newer: () => Promise<Change>;
      /** What a server shows of it, after the answer with this body. */
      readonly state: (at: HttpServer, answer: Reply['body']) => Promise<unknown>;
      readonly once: unknown;
      readonly afterNewer: unknown;
    }
    const order = (event_id: string, quantity: number): Change => ({
      method: 'POST',
      path: '/api/bookings',
      token: buyer,
      body: { event_id, quantity },
    });
    const status = (id: string, set: string): Change => ({
      method: 'PATCH',
      path: `/api/bookings/${id}/status`,
      token: buyer,
      body: { status: set },
    });
    const send = (at: HttpServer, { method, path, token, body }: Change) => call(at, method, path, token, body);
    const available = async (at: HttpServer, id: string) => (await dataOf(await call(at, 'GET', `/api/events/${id}`))).available_tickets;
    const bookingsOf = (eventId: string) => nodes[0].query<{ id: string }>(`SELECT id FROM ${DATABASE}.bookings WHERE event_id = ?`, [eventId]);

    const kinds: readonly { readonly what: string; readonly prepare: () => Promise<Prepared> }[] = [
      {
        what: 'a booking',
        prepare: async () => {
          const eventId = await event(10);
          return {
            change: order(eventId, 2),
            status: 201,
            newer: async () => order(eventId, 1),
            state: async (at, { id }) => ({
              left: await available(at, eventId),
              bookings: (await bookingsOf(eventId)).length,
              itself: (await call(at, 'GET', `/api/bookings/${id}`, buyer)).status,
            }),
            once: { left: 8, bookings: 1, itself: 200 },
            afterNewer: { left: 7, bookings: 2, itself: 200 },
          };
        },
      },
      {
        what: 'a confirmation',
        prepare: async () => {
          const eventId = await event(10);
          const { id } = await dataOf(await send(servers[2], order(eventId, 2)));
          await send(servers[2], status(id, 'pending'));
          const statusOf = async (at: HttpServer) => (await dataOf(await call(at, 'GET', `/api/bookings/${id}`, buyer))).status;
          return {
            change: status(id, 'confirmed'),
            status: 200,
            newer: async () => status(id, 'cancelled'),
            state: async (at) => ({ left: await available(at, eventId), status: await statusOf(at) }),
            once: { left: 8, status: 'confirmed' },
            afterNewer: { left: 10, status: 'cancelled' },
          };
        },
      },
      {
        what: 'a deletion',
        prepare: async () => {
          const eventId = await event(10);
          const { id } = await dataOf(await send(servers[2], order(eventId, 2)));
          return {
            change: { method: 'DELETE', path: `/api/bookings/${id}`, token: buyer },
            status: 200,
            newer: async () => order(eventId, 1),
            state: async (at) => ({
              left: await available(at, eventId),
              itself: (await call(at, 'GET', `/api/bookings/${id}`, buyer)).status,
            }),
            once: { left: 10, itself: 404 },
            afterNewer: { left: 9, itself: 404 },
          };
        },
      },
      {
        what: 'a price',
        prepare: async () => {
          const path = `/api/events/${await event(10)}`;
          const price = (ticket_price: number): Change => ({ method: 'PUT', path, token: admin, body: { ticket_price } });
          return {
            change: price(100),
            status: 200,
            newer: async () => price(200),
            state: async (at) => (await dataOf(await call(at, 'GET', path))).ticket_price,
            once: '100.00',
            afterNewer: '200.00',
          };
        },
      },
      {
        what: 'a user', // no row is locked for it
        prepare: async () => {
          const email = `${randomUUID()}@example.com`;
          const withEmail = () => nodes[0].query<{ id: string }>(`SELECT id FROM ${DATABASE}.users WHERE email = ?`, [email]);
          return {
            change: { method: 'POST', path: '/api/users', token: admin, body: { name: 'Budi', email, password: 'a long password' } },
            status: 201,
            newer: async () => ({ method: 'DELETE', path: `/api/users/${must((await withEmail())[0]).id}`, token: admin }),
            state: async (at, { id }) => ({
              users: (await withEmail()).length,
              itself: (await call(at, 'GET', `/api/users/${id}`, admin)).status,
            }),
            once: { users: 1, itself: 200 },
            afterNewer: { users: 0, itself: 404 },
          };
        },
      },
    ];

    /** Everything that the server sends from now on goes to another node. */
    const moveTo = (node: GaleraNode) => {
      wire.pointAt(node.port);
      wire.spoil(/^/, loseStatement);
    };
    const moveBack = () => {
      wire.pointAt(nodes[0].port);
      wire.cut();
      return sleep(20);
    };
    /** A change that is answered without a COMMIT on the wire fails here, and says with what. */
    const before = (lost: Promise<void>, asking: Promise<Response>) =>
      Promise.race([
        lost,
        asking.then(async (answer) => {
          throw new Error(`answered before its COMMIT was lost: ${answer.status} ${await answer.clone().text()}\n${moved.output().slice(-2000)}`);
        }),
      ]);
    const marks = async () => new Set((await nodes[0].query<{ id: string }>(`SELECT id FROM ${DATABASE}.commits`)).map(({ id }) => id));
    /** Which try wrote the only mark that is new. */
    async function attemptSince(known: ReadonlySet<string>): Promise<number> {
      const rows = await nodes[0].query<{ id: string; attempt: number }>(`SELECT id, attempt FROM ${DATABASE}.commits ORDER BY at, id`);
      const fresh = rows.filter(({ id }) => !known.has(id));
      expect(fresh).toHaveLength(1);
      return must(fresh[0]).attempt;
    }
    async function everywhere({ state }: Prepared, answer: Reply['body'], expected: unknown, round: number): Promise<void> {
      await cluster.settled();
      for (const server of servers) expect(await state(server, answer), `round ${round}, ${server.node.name}`).toEqual(expected);
    }
    async function auditsAreClean(): Promise<void> {
      for (const node of nodes) {
        const audited = await audit(node, DATABASE, folder);
        expect(audited.code, audited.output).toBe(0);
      }
      expect(moved.output()).not.toContain('failed unexpectedly');
    }

    it.each(kinds)('$what that is stored is answered as stored, and what a third server did meanwhile stays', async ({ prepare }) => {
      for (let round = 0; round < ROUNDS; round++) {
        const prepared = await prepare();
        await cluster.settled();
        const known = await marks();
        const lost = wire.trap(COMMIT, (line, statement) => {
          loseAnswer(line, statement);
          moveTo(nodes[1]);
        });
        const asking = send(moved, prepared.change);
        await before(lost, asking);
        const held = holdBack();
        await wire.trap(BEGIN, held.fate);
        await cluster.settled();
        expect(await attemptSince(known)).toBe(1);
        expect((await send(servers[2], await prepared.newer())).ok).toBe(true);
        held.letGo();
        const reply = await asking;
        expect(reply.status, `round ${round}`).toBe(prepared.status);
        await everywhere(prepared, await dataOf(reply), prepared.afterNewer, round);
        expect((await marks()).size - known.size).toBe(2);
        await moveBack();
      }
      await auditsAreClean();
    });

    /** The COMMIT of the first try, and how it and the one of the second come to their nodes. */
    const ways: readonly { readonly how: string; readonly cross: (first: () => void, asking: Promise<unknown>, round: number) => Promise<void> }[] = [
      {
        how: 'arrives a second late',
        cross: async (first, asking) => {
          await Promise.all([sleep(1000).then(first), asking]);
          await sleep(200);
        },
      },
      {
        how: 'arrives in the same moment as that of the second try',
        cross: async (first, asking, round) => {
          const second = holdBack();
          await wire.trap(COMMIT, second.fate);
          for (const letGo of round % 2 === 0 ? [first, second.letGo] : [second.letGo, first]) letGo();
          await asking;
          await sleep(50);
        },
      },
    ];

    describe.each(ways)('and it $how', ({ how, cross }) => {
      it.each(kinds)('$what is stored by one of the two tries, and answered as done', async ({ what, prepare }) => {
        const stored = new Map([1, 2].map((attempt) => [attempt, 0]));
        for (let round = 0; round < ROUNDS; round++) {
          const prepared = await prepare();
          const known = await marks();
          const first = arriveWhenLetGo();
          const fate: Fate = (line, statement) => {
            first.fate(line, statement);
            moveTo(nodes[1]);
          };
          const lost = wire.trap(COMMIT, fate);
          const asking = send(moved, prepared.change);
          await before(lost, asking);
          await cross(first.letGo, asking, round);
          const reply = await asking;
          expect(reply.status, `round ${round}`).toBe(prepared.status);
          await everywhere(prepared, await dataOf(reply), prepared.once, round);
          const attempt = await attemptSince(known);
          stored.set(attempt, (stored.get(attempt) ?? 0) + 1);
          await moveBack();
        }
        await auditsAreClean();
        say(
          `${what} whose COMMIT ${how}: the first try was stored ${stored.get(1)} times of ${ROUNDS}, a later one ${ROUNDS - (stored.get(1) ?? 0)}`,
        );
      });
    });
  });
});

async function storming(total: number, by: readonly string[] = buyers): Promise<Storm> {
  latest = new Storm(await event(total), servers, by);
  return latest;
}

/** A storm at all three, and then one node that has nobody left: it and its server answer 503 and nothing else. */
async function loseTheMajority(): Promise<{ storm: Storm; lost: number }> {
  const storm = await storming(PLENTY);
  await storm.sold(100);
  const lost = Date.now();
  for (const node of [nodes[1], nodes[2]]) node.kill();
  await eventually('the survivor notices', 30_000, async () => !(await nodes[0].isPrimary()));
  const noticed = Date.now() + 1000;
  await sleep(4000);
  for (const server of servers) expect(Object.keys(storm.heardAt(server, noticed)).toSorted().join()).toMatch(/^unavailable(,unknown)?$/);
  expect((await fetch(`${servers[0].url}/api/events/${storm.eventId}`)).status).toBe(503);
  const ready = await fetch(`${servers[0].url}/health/ready`);
  say(`majority lost: /health/ready at the survivor's server: ${ready.status} ${await ready.text()}`);
  say(
    `majority lost: the survivor noticed after ${seconds(noticed - 1000 - lost)}; then its server said ${JSON.stringify(storm.heardAt(servers[0], noticed))}`,
  );
  return { storm, lost };
}

/** Reads it again and again; tells which statuses were heard and how long the longest took. */
function watch(url: string): { end(): Promise<string> } {
  const statuses = new Map<number, number>();
  let longest = 0;
  let isOver = false;
  const done = (async () => {
    for (; !isOver; await sleep(50)) {
      const began = Date.now();
      const { status } = await fetch(url);
      longest = Math.max(longest, Date.now() - began);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  })();
  return {
    end: async () => {
      isOver = true;
      await done;
      return `${[...statuses].map(([status, times]) => `${times} × ${status}`).join(', ')}, the longest took ${seconds(longest)}`;
    },
  };
}

async function goOnAlone(): Promise<void> {
  await nodes[0].query(`SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'`);
  await nodes[0].synced();
}

/** Nothing that was acknowledged is missing, nothing else is there, on every node; and every answer was one a client may get. */
async function exact(storm: Storm, total: number): Promise<void> {
  say(storm.figures);
  expect(storm.unexpected).toEqual([]);
  expect(storm.unresolved).toBe(0);
  for (const server of servers) expect(server.output()).not.toContain('failed unexpectedly');
  await booksHold(storm.eventId, total, storm.acknowledged);
}

async function booksHold(eventId: string, total: number, acknowledged: readonly string[]): Promise<void> {
  await cluster.settled();
  for (const node of nodes) {
    const stored = (await node.query<{ id: string }>(`SELECT id FROM ${DATABASE}.bookings WHERE event_id = ?`, [eventId])).map(({ id }) => id);
    const [row] = await node.query<{ available: number }>(`SELECT available_tickets AS available FROM ${DATABASE}.events WHERE id = ?`, [eventId]);
    expect({ lost: without(acknowledged, stored), unasked: without(stored, acknowledged) }, node.name).toEqual({ lost: [], unasked: [] });
    expect(stored, node.name).toHaveLength(acknowledged.length);
    expect(total - (row?.available ?? 0), node.name).toBe(stored.length);
    const audited = await audit(node, DATABASE, folder);
    expect(audited.code, audited.output).toBe(0);
  }
  say(`books: ${acknowledged.length} acknowledged, all of them and nothing else on each node; sold = total − available; audit 0 on each`);
}

const without = (ids: readonly string[], others: readonly string[]): string[] => {
  const known = new Set(others);
  return ids.filter((id) => !known.has(id));
};

const stalls = (storm: Storm, at: readonly HttpServer[], since: number, until: number): string =>
  `${at.map(({ node }) => node.name).join('+')} sold nothing for ${seconds(storm.stall(at, since, until))} at most`;

const sellsAgain = (storm: Storm, at: readonly HttpServer[], since: number): string =>
  `first sale ${at.map((server) => `at ${server.node.name} after ${seconds((storm.firstSale(server, since) ?? Number.NaN) - since)}`).join(', ')}`;

/** Transactions that lost against another node's, node by node. */
const conflicts = () =>
  Promise.all(
    nodes.map(async (node) => {
      const [failed, aborted] = await node.status('wsrep_local_cert_failures', 'wsrep_local_bf_aborts');
      return `${node.name} ${Number(failed) + Number(aborted)}`;
    }),
  );

async function post(server: HttpServer, path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) });
}

function call(server: HttpServer, method: string, path: string, token?: string, body?: object): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };
  return fetch(`${server.url}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

const book = (server: HttpServer, eventId: string, key: string): Promise<Response> =>
  post(server, '/api/bookings', { event_id: eventId, quantity: 1 }, { Authorization: `Bearer ${buyers[0]}`, 'Idempotency-Key': key });

let turnedAway = 0;
/** A plain 503 says that nothing was done (the row is too hot just now), so it is asked again. */
async function served(...request: Parameters<typeof call>): Promise<Response> {
  for (;;) {
    const response = await call(...request);
    const { message }: Reply['body'] = await response.clone().json();
    if (response.status !== 503 || message !== 'Layanan sementara tidak tersedia') return response;
    turnedAway++;
    await sleep(150);
  }
}

/** Whatever was answered. */
async function dataOf(response: Response): Promise<Reply['body']> {
  const body: Reply['body'] = await response.json();
  return body.data;
}

let accounts = 0;
async function account(role: string): Promise<string> {
  const person = { name: 'Somebody', email: `somebody${++accounts}@example.com`, password: 'correct horse', role };
  return (await dataOf(await post(servers[0], '/api/auth/register', person))).token;
}

async function event(total: number): Promise<string> {
  const plan = { name: 'Jazz', location: 'Palembang', event_date: '2031-01-02T19:00:00.000Z', ticket_price: 50_000, total_tickets: total };
  const response = await post(servers[0], '/api/events', plan, { Authorization: `Bearer ${admin}` });
  const { id } = await dataOf(response);
  await cluster.settled();
  return id;
}

function three<Item>([first, second, third]: readonly Item[]): [Item, Item, Item] {
  return [must(first), must(second), must(third)];
}
