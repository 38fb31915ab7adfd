import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import { ALARMS, firing, metricsIn, type Scrape, scrape } from './alarms.ts';
import { engines, environmentOf, freshDatabase, type ServedEngine, servers } from './engines.ts';
import { startServer, temporaryFolder, until } from './faults/programs.ts';
import { neighbourOf } from './neighbour.ts';
import { CONCERT } from './open-api.ts';

/** Two other files have three more, which need a killed or read-only database: tests/faults/alarms.test.ts and failover.test.ts. */
const json = { 'Content-Type': 'application/json' };
const post = async (url: string, body: object, token?: string, from?: string) => {
  const others = { ...(token && { Authorization: `Bearer ${token}` }), ...(from && { 'X-Forwarded-For': from }) };
  const headers = { ...json, ...others };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const reply: { data: { id: string; token: string; user: { id: string } } } = JSON.parse(await answer.text());
  return { status: answer.status, ...reply };
};

/** An admin puts an event on sale. */
async function open(url: string) {
  const ani = { name: 'Ani', email: 'ani@example.com', password: 'correct horse', role: 'admin' };
  const { data } = await post(`${url}/api/auth/register`, ani);
  const event = await post(`${url}/api/events`, { ...CONCERT, total_tickets: 100_000 }, data.token);
  const order = () => post(`${url}/api/bookings`, { event_id: event.data.id, quantity: 1 }, data.token);
  expect((await order()).status).toBe(201);
  return { ani, admin: data, eventId: event.data.id, order };
}

const onSqlite = async (options: Parameters<typeof startServer>[1] = {}) => {
  const folder = temporaryFolder();
  const server = await startServer({ engine: 'sqlite', folder }, options);
  const database = new Libsql(join(folder, 'tickets.sqlite'));
  return { server, database, ...(await open(server.url)) };
};

/** A server with three connections to a database of the engine, and another program on the same database. */
async function besideNeighbour(engine: ServedEngine) {
  const { config, drop } = await freshDatabase(engine);
  const server = await startServer({ engine: 'sqlite', folder: temporaryFolder() }, { env: { ...environmentOf(config), DB_POOL_SIZE: '3' } });
  const neighbour = await neighbourOf(config);
  const close = async () => {
    await neighbour.end();
    await server.stop();
    await drop();
  };
  return { server, neighbour, close, ...(await open(server.url)) };
}

/** Waits until at least one alarm holds. Returns all that hold then. */
const soon = (before: Scrape, url: string) =>
  until('an alarm holds', async () => {
    const names = firing(before, await scrape(url));
    return names.length > 0 ? names : undefined;
  });

describe('the alarms', () => {
  it('are the same eleven in docs/runbook.md and docs/alerts.yml, each with what it means, where to look and what to do', () => {
    const runbook = readFileSync(new URL('../docs/runbook.md', import.meta.url), 'utf8');
    const sections = new Map(runbook.split(/^## /m).map((section) => [section.split('\n', 1)[0] ?? '', section]));
    expect(ALARMS.size).toBe(11);
    expect([...sections.keys()].filter((title) => /^[A-Z]\w+$/.test(title))).toEqual([...ALARMS.keys()]);
    for (const [name, expr] of ALARMS) {
      const section = sections.get(name) ?? '';
      expect(/```promql\n(.*?)```/s.exec(section)?.[1]?.trim().replace(/\s+/g, ' '), name).toBe(expr);
      for (const part of ['**It means**', '**Look at**', '**Do**']) expect(section, name).toContain(part);
    }
  });

  it.each(engines)('name metrics that a server has, and are quiet on one that works, on %s', async (engine) => {
    const opened = engine === 'sqlite' ? { ...(await onSqlite()), close: async () => {} } : await besideNeighbour(engine);
    const before = await scrape(opened.server.url);
    const names = new Set([...before.keys()].map((series) => series.split('{')[0]));
    const missing = [...ALARMS.values()].flatMap(metricsIn).filter((name) => !names.has(name));
    expect(missing).toEqual(engine === 'sqlite' ? ['tickets_connection_queue_length'] : []);
    for (let n = 0; n < 20; n++) await opened.order();
    // The delay of the event loop depends on the machine.
    expect(firing(before, await scrape(opened.server.url)).filter((name) => name !== 'EventLoopDelayed')).toEqual([]);
    await opened.close();
  });
});

describe('an alarm holds when it has to', () => {
  it('StockDifference: a row was changed by hand', async () => {
    const { server, database } = await onSqlite({ env: { AUDIT_MINUTES: '0.01' } });
    const before = await scrape(server.url);
    database.exec('UPDATE events SET available_tickets = available_tickets - 1');
    expect(await soon(before, server.url)).toContain('StockDifference');
    await server.says(/stock, bookings and ledger do not agree/);
    database.exec('UPDATE events SET available_tickets = available_tickets + 1');
    await until('it is over', async () => (firing(before, await scrape(server.url)).includes('StockDifference') ? undefined : true));
  });

  it('UnexpectedErrors: a table is not as the program takes it to be', async () => {
    const { server, database, order } = await onSqlite();
    const before = await scrape(server.url);
    database.exec('ALTER TABLE bookings RENAME COLUMN quantity TO elsewhere');
    expect((await order()).status).toBe(500);
    expect(firing(before, await scrape(server.url))).toContain('UnexpectedErrors');
  });

  it('FailedLoginsFlood: one account is tried again and again', async () => {
    const { server, ani } = await onSqlite();
    const before = await scrape(server.url);
    for (let n = 0; n < 101; n++) expect([401, 429]).toContain((await post(`${server.url}/api/auth/login`, { ...ani, password: 'wrong' })).status);
    expect(firing(before, await scrape(server.url))).toContain('FailedLoginsFlood');
  });

  it('Busy: more passwords wait than can be checked in time', async () => {
    const { server, ani } = await onSqlite({ env: { TRUSTED_PROXIES: '1' } });
    const before = await scrape(server.url);
    const crowd = Array.from({ length: 2000 }, (_, n) => post(`${server.url}/api/auth/login`, ani, undefined, `10.0.${n >> 8}.${n & 255}`));
    expect(await soon(before, server.url)).toContain('Busy');
    server.child.kill('SIGKILL');
    await Promise.allSettled(crowd);
  });

  it('RetriesRising: another program keeps the embedded database locked', async () => {
    const { server, database, order } = await onSqlite();
    const before = await scrape(server.url);
    database.exec('BEGIN IMMEDIATE');
    for (let tries = 0; !firing(before, await scrape(server.url)).includes('RetriesRising') && tries < 10; tries++) {
      expect((await order()).status).toBe(503);
    }
    database.exec('ROLLBACK');
    expect(firing(before, await scrape(server.url))).toContain('RetriesRising');
    expect((await order()).status).toBe(201);
  });

  it('EventLoopDelayed: something in the process takes too long, again and again', async () => {
    const preload = `process.once('SIGUSR2', () => setInterval(() => { for (const began = Date.now(); Date.now() < began + 300; ); }, 310));`;
    const { server } = await onSqlite({ preload });
    const before = await scrape(server.url);
    server.child.kill('SIGUSR2');
    await sleep(3000); // the measurement starts again with each scrape
    expect(await soon(before, server.url)).toContain('EventLoopDelayed');
  });

  it.each(servers)('LockWaitsTooLong and ConnectionsExhausted: another program keeps rows locked, on %s', async (engine) => {
    const { server, neighbour, admin, order, close } = await besideNeighbour(engine);
    const before = await scrape(server.url);
    await neighbour.query('START TRANSACTION');
    await neighbour.query('SELECT id FROM events FOR UPDATE');
    await neighbour.query('SELECT id FROM users FOR UPDATE');
    const orders = [order(), order()];
    const renames = Array.from({ length: 10 }, () =>
      fetch(`${server.url}/api/users/${admin.user.id}`, { method: 'PUT', headers: json, body: JSON.stringify({ name: 'Ani' }) }),
    );
    expect(await soon(before, server.url)).toContain('ConnectionsExhausted');
    await until('the lock was waited for', async () => {
      orders.push(order());
      return firing(before, await scrape(server.url)).includes('LockWaitsTooLong') ? true : undefined;
    });
    await neighbour.query('ROLLBACK');
    await Promise.all([...renames, ...orders]);
    expect((await order()).status).toBe(201);
    await close();
  });
});
