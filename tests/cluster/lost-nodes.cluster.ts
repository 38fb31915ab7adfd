import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type HttpServer, startServer } from './programs.ts';
import { book, booksHold, DATABASE, dataOf, event, exact, folder, nodes, PLENTY, say, servers, storming, useCluster } from './stage.ts';
import type { Storm } from './storm.ts';
import { eventually, seconds } from './waiting.ts';

/** The promises hold while all three servers write to one hot row, while a node dies, and while the majority is lost and comes back. */
useCluster();

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
  const stalled = storm.stall([first, second], killed, Date.now());
  for (const { what, seen } of [
    { what: 'reads', seen: await reads.end() },
    { what: '/health/ready', seen: await readiness.end() },
  ]) {
    say(`killed: at ${first.node.name} ${what}: ${seen.inWords}`);
    // They do not wait for a node that is dead and not yet suspected. Orders wait.
    expect(seen.statuses, what).toEqual([200]);
    expect(seen.longestMs, what).toBeLessThan(stalled / 2);
  }
  // Sometimes the other nodes notice at once, and sell before a client asks their server.
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
  // A booking waits for this lock when the node stops. The node refuses its next statement and its ROLLBACK.
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

/** All three take part in a storm, and then one node loses both others. It and its server answer only 503. */
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
  expect(ready.status, await ready.text()).toBe(503);
  say(
    `majority lost: the survivor noticed after ${seconds(noticed - 1000 - lost)}; then its server said ${JSON.stringify(storm.heardAt(servers[0], noticed))}`,
  );
  return { storm, lost };
}

/** Reads the path again and again. Returns the statuses and the longest time. */
function watch(url: string) {
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
      const heard = [...statuses].map(([status, times]) => `${times} × ${status}`).join(', ');
      return { statuses: [...statuses.keys()], longestMs: longest, inWords: `${heard}, the longest took ${seconds(longest)}` };
    },
  };
}

async function goOnAlone(): Promise<void> {
  await nodes[0].query(`SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'`);
  await nodes[0].synced();
}

const stalls = (storm: Storm, at: readonly HttpServer[], since: number, until: number): string =>
  `${at.map(({ node }) => node.name).join('+')} sold nothing for ${seconds(storm.stall(at, since, until))} at most`;

const sellsAgain = (storm: Storm, at: readonly HttpServer[], since: number): string =>
  `first sale ${at.map((server) => `at ${server.node.name} after ${seconds((storm.firstSale(server, since) ?? Number.NaN) - since)}`).join(', ')}`;

/** For each node, its transactions that lost against another node's. */
const conflicts = () =>
  Promise.all(
    nodes.map(async (node) => {
      const [failed, aborted] = await node.status('wsrep_local_cert_failures', 'wsrep_local_bf_aborts');
      return `${node.name} ${Number(failed) + Number(aborted)}`;
    }),
  );
