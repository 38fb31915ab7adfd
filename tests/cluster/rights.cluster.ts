import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { HttpServer } from './programs.ts';
import { account, admin, booksHold, call, cluster, DATABASE, dataOf, event, holdBackNode, nodes, say, served, servers, useCluster } from './stage.ts';
import { must } from './waiting.ts';

/**
 * Rights are read from a user's row without a lock, since a lock would hold on one node alone. Between nodes the foreign keys decide. One
 * transaction refers to a row, another deletes it: Galera lets only one of them through.
 */
useCluster();

const idOf = (token: string): string => JSON.parse(Buffer.from(must(token.split('.')[1]), 'base64url').toString()).id;
const remove = (at: HttpServer, id: string) => served(at, 'DELETE', `/api/users/${id}`, admin);

it.each([
  { what: 'the role', take: (token: string) => served(servers[0], 'PUT', `/api/users/${idOf(token)}`, admin, { role: 'user' }), heard: 403 },
  { what: 'the token', take: (token: string) => served(servers[0], 'POST', '/api/auth/logout', token), heard: 401 },
  { what: 'the account', take: (token: string) => remove(servers[0], idOf(token)), heard: 401 },
])('$what that was taken at one node gives no right to a change at another that lags behind', async ({ take, heard }) => {
  const [eventId, token] = [await event(10), await account('admin')];
  const change = () => served(servers[1], 'PUT', `/api/events/${eventId}`, token, { ticket_price: 100 });
  await cluster.settled();
  expect((await change()).status).toBe(200);
  await cluster.settled();
  const lag = await holdBackNode();
  expect((await take(token)).status).toBe(200);
  let status: number | undefined;
  const asking = change().then((response) => {
    status = response.status;
  });
  await sleep(700);
  const early = status;
  lag.release();
  await asking;
  expect({ early, status }).toEqual({ early: undefined, status: heard });
});

const ROUNDS = 60;
const order = (token: string, event_id: string) => served(servers[0], 'POST', '/api/bookings', token, { event_id, quantity: 1 });
const plan = { name: 'Jazz', location: 'Palembang', event_date: '2031-01-02T19:00:00.000Z', ticket_price: 50_000, total_tickets: 10 };

it.each([
  { what: 'book', role: 'user', make: order, orphans: 'bookings WHERE user_id' },
  {
    what: 'make an event',
    role: 'admin',
    make: (token: string) => served(servers[0], 'POST', '/api/events', token, plan),
    orphans: 'events WHERE organizer_id',
  },
])(
  'of users who $what at one node while they are deleted at another, each does so and stays, or does not and goes',
  async ({ what, role, make, orphans }) => {
    const eventId = await event(ROUNDS);
    const booked: string[] = [];
    let gone = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const token = await account(role);
      await cluster.settled();
      // A deletion takes longer. In each round the other request starts a little later, so that the two meet at every step.
      const [made, removed] = await Promise.all([sleep(round % 12).then(() => make(token, eventId)), remove(servers[1], idOf(token))]);
      expect([
        [201, 400],
        [401, 200],
      ]).toContainEqual([made.status, removed.status]);
      if (made.status === 201) booked.push((await dataOf(made)).id);
      else gone++;
    }
    await cluster.settled();
    for (const node of nodes)
      expect(await node.query(`SELECT id FROM ${DATABASE}.${orphans} NOT IN (SELECT id FROM ${DATABASE}.users)`), node.name).toEqual([]);
    await booksHold(eventId, ROUNDS, what === 'book' ? booked : []);
    say(`${what} while deleted at another node: ${booked.length} did so and stayed, ${gone} did not and went`);
  },
);

it('of two admins who make each other users at two nodes at once, one stays an admin', async () => {
  const outcomes = new Set<string>();
  for (let round = 0; round < 20; round++) {
    const pair = [await account('admin'), await account('admin')] as const;
    const everybodyElse = await nodes[0].query<{ id: string }>(
      `SELECT id FROM ${DATABASE}.users WHERE role = 'admin' AND id NOT IN (?, ?)`,
      pair.map(idOf),
    );
    await nodes[0].query(`UPDATE ${DATABASE}.users SET role = 'user' WHERE id IN (?)`, [everybodyElse.map(({ id }) => id)]);
    await cluster.settled();
    const demote = (at: HttpServer, by: string, whom: string) => call(at, 'PUT', `/api/users/${idOf(whom)}`, by, { role: 'user' });
    const replies = await Promise.all([demote(servers[0], pair[0], pair[1]), demote(servers[1], pair[1], pair[0])]);
    outcomes.add(
      replies
        .map(({ status }) => status)
        .toSorted()
        .join(),
    );
    await cluster.settled();
    for (const node of nodes)
      expect(await node.query(`SELECT id FROM ${DATABASE}.users WHERE role = 'admin'`), `round ${round}, ${node.name}`).toHaveLength(1);
    await nodes[0].query(`UPDATE ${DATABASE}.users SET role = 'admin' WHERE id IN (?)`, [everybodyElse.map(({ id }) => id)]);
    await cluster.settled();
  }
  say(`two admins who make each other users at two nodes: ${[...outcomes].join(' | ')}`);
});
