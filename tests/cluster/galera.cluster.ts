import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../open-api.ts';
import { type Cluster, type GaleraNode, startCluster } from './cluster.ts';
import { ensureGalera } from './packages.ts';
import { audit, type HttpServer, startServer } from './programs.ts';
import { Storm } from './storm.ts';
import { eventually, must, seconds } from './waiting.ts';

/**
 * Three Galera nodes and three of our servers, each on its own node: the promises are kept while all three write to one hot
 * row, while a node dies, and when the majority is lost and comes back. WSREP_SYNC_WAIT=1 gives the nodes that setting.
 */
const DATABASE = 'tickets';
const BUYERS = 24;
/** More than any storm here sells. */
const PLENTY = 100_000;

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
    const killed = Date.now();
    victim.kill();
    await storm.sold(150, [first, second]);
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

  it('what was just booked at one node is looked for at another, in the middle of a storm', async () => {
    const eventId = await event(PLENTY);
    const storm = await storming(PLENTY);
    await storm.sold(100);
    const ids: string[] = [];
    let missed = 0;
    for (let turn = 0; turn < 300; turn++) {
      const { id } = await dataOf(await book(servers[0], eventId, `look-${turn}`));
      ids.push(id);
      const { status } = await fetch(`${servers[1].url}/api/bookings/${id}`, { headers: { Authorization: `Bearer ${buyers[0]}` } });
      expect([200, 404]).toContain(status);
      if (status === 404) missed++;
    }
    await storm.stop();
    await exact(storm, PLENTY);
    await booksHold(eventId, PLENTY, ids);
    const [row] = await nodes[0].query<{ wait: number }>('SELECT @@global.wsrep_sync_wait AS `wait`');
    say(`read at another node right after 201: ${missed} of 300 not there yet (global wsrep_sync_wait=${row?.wait})`);
    if (row?.wait) expect(missed).toBe(0);
  });
});

async function storming(total: number): Promise<Storm> {
  latest = new Storm(await event(total), servers, buyers);
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
  say(
    `majority lost: the survivor noticed after ${seconds(noticed - 1000 - lost)}; then its server said ${JSON.stringify(storm.heardAt(servers[0], noticed))}`,
  );
  return { storm, lost };
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

const book = (server: HttpServer, eventId: string, key: string): Promise<Response> =>
  post(server, '/api/bookings', { event_id: eventId, quantity: 1 }, { Authorization: `Bearer ${buyers[0]}`, 'Idempotency-Key': key });

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
