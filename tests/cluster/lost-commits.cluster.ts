import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arriveWhenLetGo, type Fate, holdBack, loseAnswer, loseStatement, Wire } from '../faults/wire.ts';
import type { Reply } from '../open-api.ts';
import type { GaleraNode } from './cluster.ts';
import { audit, type HttpServer, startServer } from './programs.ts';
import { account, admin, call, cluster, DATABASE, dataOf, event, folder, nodes, say, servers, useCluster } from './stage.ts';
import { must } from './waiting.ts';

/** Two tries of one change on two nodes: the mark decides which of them is stored. */
const COMMIT = /^COMMIT$/;
const BEGIN = /^START TRANSACTION$/;
const ROUNDS = 20;

useCluster();

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
 * A server loses its node and the answer to COMMIT. It goes on at another node and inserts the same mark there. Certification decides which
 * of the two tries is stored.
 */
describe('a COMMIT that is lost, found out at another node', () => {
  let wire: Wire;
  /** It reaches its node through the wire. */
  let moved: HttpServer;
  let buyer: string;
  beforeAll(async () => {
    wire = await Wire.lay({ engine: 'mysql', port: nodes[0].port });
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
    /** Another change at the third server. It comes after the first change is stored, and before the outcome of that change is known. */
    readonly newer: () => Promise<Change>;
    /** The state that a server shows after the answer with this body. */
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
      what: 'a user', // no row is locked for this change
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

  /** From now on everything that the server sends goes to another node. */
  const moveTo = (node: GaleraNode) => {
    wire.pointAt(node.port);
    wire.spoil(/^/, loseStatement);
  };
  const moveBack = () => {
    wire.pointAt(nodes[0].port);
    wire.cut();
    return sleep(20);
  };
  /** A change that is answered before its COMMIT is lost fails here. The error names the answer. */
  const before = (lost: Promise<void>, asking: Promise<Response>) =>
    Promise.race([
      lost,
      asking.then(async (answer) => {
        throw new Error(`answered before its COMMIT was lost: ${answer.status} ${await answer.clone().text()}\n${moved.output().slice(-2000)}`);
      }),
    ]);
  const marks = async () => new Set((await nodes[0].query<{ id: string }>(`SELECT id FROM ${DATABASE}.commits`)).map(({ id }) => id));
  /** The number of the try that wrote the only new mark. */
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
      const lost = wire.trap(COMMIT, (...facts) => {
        loseAnswer(...facts);
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

  /** The COMMIT of the first try, and how both tries reach their nodes. */
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
        const fate: Fate = (...facts) => {
          first.fate(...facts);
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
      say(`${what} whose COMMIT ${how}: the first try was stored ${stored.get(1)} times of ${ROUNDS}, a later one ${ROUNDS - (stored.get(1) ?? 0)}`);
    });
  });
});
