import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Reply } from '../open-api.ts';
import { type Cluster, type GaleraNode, startCluster } from './cluster.ts';
import { ensureGalera } from './packages.ts';
import { audit, type HttpServer, startServer } from './programs.ts';
import { Storm } from './storm.ts';
import { must, seconds } from './waiting.ts';

/**
 * Three Galera nodes and three of our servers, each on its own node. Every file of these tests starts its own. The nodes have Galera's
 * defaults: no node waits for another.
 */
export const DATABASE = 'tickets';
const BUYERS = 24;
/** More tickets than any storm here sells. */
export const PLENTY = 100_000;

export const say = (line: string) => console.log(`   ${line}`);

export let folder: string;
export let cluster: Cluster;
export let nodes: [GaleraNode, GaleraNode, GaleraNode];
export let servers: [HttpServer, HttpServer, HttpServer];
export let admin: string;
export let buyers: string[];

let latest: Storm | undefined;

export function useCluster(): void {
  beforeAll(async () => {
    ensureGalera();
    folder = mkdtempSync(join(tmpdir(), 'ticket-cluster-'));
    const began = Date.now();
    cluster = await startCluster();
    nodes = three(cluster.nodes);
    const [mariadb] = await nodes[0].query<{ version: string }>('SELECT VERSION() AS version');
    const [galera] = await nodes[0].status('wsrep_provider_version');
    say(`MariaDB ${mariadb?.version}, Galera ${galera}, Node ${process.version}; three nodes came up in ${seconds(Date.now() - began)}`);
    const started: HttpServer[] = [];
    for (const node of nodes) started.push(await startServer(node, DATABASE, folder));
    servers = three(started);
    admin = await account('admin');
    buyers = await Promise.all(Array.from({ length: BUYERS }, () => account('user')));
    await cluster.settled();
  });
  afterAll(async () => {
    await Promise.all((servers ?? []).map((server) => server.stop()));
    cluster?.remove();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  /** For a failed test: the answers and the output of the servers. */
  afterEach(async ({ task }) => {
    await latest?.stop();
    if (task.result?.state === 'fail' && latest !== undefined) {
      say(`FAILED after ${latest.figures}; unexpected: ${latest.unexpected.slice(0, 5).join('; ')}`);
      for (const server of servers) say(`the server on ${server.node.name} said at last:\n${server.output().slice(-2000)}`);
    }
    latest = undefined;
  });
}

/** The second node applies no changes from the others until it is released. */
export const holdBackNode = () => nodes[1].lock('FLUSH TABLES WITH READ LOCK', []);

export async function storming(total: number, by: readonly string[] = buyers): Promise<Storm> {
  latest = new Storm(await event(total), servers, by);
  return latest;
}

/** Every node has exactly the acknowledged bookings. Every answer is one that a client may get. */
export async function exact(storm: Storm, total: number): Promise<void> {
  say(storm.figures);
  expect(storm.unexpected).toEqual([]);
  expect(storm.unresolved).toBe(0);
  for (const server of servers) expect(server.output()).not.toContain('failed unexpectedly');
  await booksHold(storm.eventId, total, storm.acknowledged);
}

export async function booksHold(eventId: string, total: number, acknowledged: readonly string[]): Promise<void> {
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

async function post(server: HttpServer, path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) });
}

export function call(server: HttpServer, method: string, path: string, token?: string, body?: object): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };
  return fetch(`${server.url}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

export const book = (server: HttpServer, eventId: string, key: string): Promise<Response> =>
  post(server, '/api/bookings', { event_id: eventId, quantity: 1 }, { Authorization: `Bearer ${buyers[0]}`, 'Idempotency-Key': key });

export let turnedAway = 0;
/** A plain 503 says that nothing was done, because the row is too hot. So the request is sent again. */
export async function served(...request: Parameters<typeof call>): Promise<Response> {
  for (;;) {
    const response = await call(...request);
    const { message }: Reply['body'] = await response.clone().json();
    if (response.status !== 503 || message !== 'Layanan sementara tidak tersedia') return response;
    turnedAway++;
    await sleep(150);
  }
}

/** Returns the data of an answer with any status. */
export async function dataOf(response: Response): Promise<Reply['body']> {
  const body: Reply['body'] = await response.json();
  return body.data;
}

let accounts = 0;
export async function account(role: string): Promise<string> {
  const person = { name: 'Somebody', email: `somebody${++accounts}@example.com`, password: 'correct horse', role };
  return (await dataOf(await post(servers[0], '/api/auth/register', person))).token;
}

export async function event(total: number): Promise<string> {
  const plan = { name: 'Jazz', location: 'Palembang', event_date: '2031-01-02T19:00:00.000Z', ticket_price: 50_000, total_tickets: total };
  const response = await post(servers[0], '/api/events', plan, { Authorization: `Bearer ${admin}` });
  const { id } = await dataOf(response);
  await cluster.settled();
  return id;
}

function three<Item>([first, second, third]: readonly Item[]): [Item, Item, Item] {
  return [must(first), must(second), must(third)];
}
