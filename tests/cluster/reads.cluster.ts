import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Database } from '../../packages/adapters/src/persistence/database.ts';
import type { HttpServer } from './programs.ts';
import {
  account,
  buyers,
  call,
  cluster,
  DATABASE,
  dataOf,
  event,
  exact,
  holdBackNode,
  nodes,
  PLENTY,
  say,
  served,
  servers,
  storming,
  turnedAway,
  useCluster,
} from './stage.ts';
import { must } from './waiting.ts';

/** A change at one node, and a request for it at another. */
useCluster();

it.each([
  [0, 1],
  [1, 1],
  [6, 7],
])('at a node with wsrep_sync_wait = %i a plain read has it too, and every transaction has %i', async (node, session) => {
  const { port } = nodes[1];
  await nodes[1].query('SET GLOBAL wsrep_sync_wait = ?', [node]);
  const database = new Database({ engine: 'mysql', host: '127.0.0.1', port, user: 'root', password: '', database: DATABASE, poolSize: 5 });
  try {
    await database.connect({ makes: false });
    // All connections that reads may use at once. The others are kept for sales.
    const connections = 5 - database.dialect.capabilities.lanes;
    const sql = 'SELECT CONNECTION_ID() AS connection, @@wsrep_sync_wait AS wait, SLEEP(0.1)';
    for (const [freshness, expected] of [['latest', session] as const, ['plain', node] as const]) {
      const read = () => database.query<{ connection: number; wait: number }>(sql, [], { freshness });
      const rows = await Promise.all(Array.from({ length: 10 }, read));
      expect(new Set(rows.flat().map(({ connection }) => connection)).size).toBe(connections);
      expect(new Set(rows.flat().map(({ wait }) => Number(wait)))).toEqual(new Set([expected]));
    }
  } finally {
    await database.close();
    await nodes[1].query('SET GLOBAL wsrep_sync_wait = 0');
  }
});

/** A user books one ticket of a new event at the first server. Then they immediately send this request to the second. */
interface Look {
  readonly what: string;
  readonly ask: (at: HttpServer, booked: Booked) => Promise<number>;
}
interface Booked {
  readonly id: string;
  readonly eventId: string;
  readonly token: string;
}
const set = (status: string): Look => ({
  what: `set ${status}`,
  ask: async (at, { id, token }) => (await served(at, 'PATCH', `/api/bookings/${id}/status`, token, { status })).status,
});
const looks: readonly Look[] = [
  { what: 'read', ask: async (at, { id, token }) => (await served(at, 'GET', `/api/bookings/${id}`, token)).status },
  set('pending'),
  set('confirmed'),
  set('cancelled'),
  { what: 'deleted', ask: async (at, { id, token }) => (await served(at, 'DELETE', `/api/bookings/${id}`, token)).status },
];
const bookOne = async (eventId: string, token: string): Promise<Booked> => {
  const { id } = await dataOf(await served(servers[0], 'POST', '/api/bookings', token, { event_id: eventId, quantity: 1 }));
  return { id, eventId, token };
};

it('what was just booked at one node is there at another, 200 times for each thing to do with it, in the middle of a storm', async () => {
  const storm = await storming(PLENTY, buyers.slice(0, 6));
  await storm.sold(50);
  const wrong = await Promise.all(
    looks.map(async ({ what, ask }) => {
      const [eventId, token] = [await event(PLENTY), await account('user')];
      const heardWrong: string[] = [];
      for (let turn = 0; turn < 200; turn++) {
        const status = await ask(servers[1], await bookOne(eventId, token));
        if (status !== 200) heardWrong.push(`${what}: ${status}`);
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

it.each(looks)('what was booked at one node is $what at another that lags behind, once that has caught up', async ({ ask }) => {
  const eventId = await event(PLENTY);
  const lag = await holdBackNode();
  const booked = await bookOne(eventId, must(buyers[0]));
  expect(await nodes[1].query(`SELECT id FROM ${DATABASE}.bookings WHERE id = ?`, [booked.id])).toEqual([]);
  let heard: number | undefined;
  const asking = ask(servers[1], booked).then((status) => {
    heard = status;
  });
  await sleep(700);
  const early = heard;
  lag.release();
  await asking;
  expect({ early, heard }).toEqual({ early: undefined, heard: 200 });
});

it('a list and the tickets that are left are as old as the node, and neither they nor the readiness wait for it', async () => {
  const [eventId, token] = [await event(PLENTY), await account('user')];
  const seen = async () => ({
    bookings: (await dataOf(await served(servers[1], 'GET', '/api/bookings', token))).map(({ id }: { id: string }) => id),
    left: (await dataOf(await served(servers[1], 'GET', `/api/events/${eventId}`))).available_tickets,
    ready: (await call(servers[1], 'GET', '/health/ready')).status,
  });
  await cluster.settled();
  const lag = await holdBackNode();
  const { id } = await bookOne(eventId, token);
  expect(await seen()).toEqual({ bookings: [], left: PLENTY, ready: 200 });
  lag.release();
  await cluster.settled();
  expect(await seen()).toEqual({ bookings: [id], left: PLENTY - 1, ready: 200 });
});
