import { randomInt, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, BoxOffice } from './box-office.ts';
import { enginesHere, privateStore } from './private-server.ts';
import { PATIENCE_MS, type Server, type Store, startServer, until } from './programs.ts';
import { CALM, CRASH, query, reckon } from './reckoning.ts';
import { storm, storms } from './storm.ts';

const OPEN = {
  mysql: 'SELECT trx_id FROM information_schema.INNODB_TRX',
  postgres: `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`,
};

describe.each(enginesHere)('clients of a server on %s', (engine) => {
  let store: Store;
  let server: Server;
  let office: BoxOffice;
  beforeAll(async () => {
    store = await privateStore(engine);
    server = await startServer(store);
    office = await BoxOffice.open(server.url, [20, 50_000]);
  });

  it('F23 send the same POST 20 times at once: one booking, one body; another body under the key is refused', async () => {
    const key = randomUUID();
    const [buyer, stranger] = office.buyers;
    const [eventId] = office.sales.slice(-1).map(({ id }) => id);
    const again = () => ask(office.url, 'POST', '/api/bookings', { as: buyer, key, body: { event_id: eventId, quantity: 2 } });
    const meanwhile = await Promise.all(Array.from({ length: 20 }, again));
    const made = meanwhile.filter(({ status }) => status === 201);
    expect(made.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1);
    for (const { status, headers } of meanwhile.filter((reply) => !made.includes(reply)))
      expect([status, headers.get('retry-after')]).toEqual([409, '1']);
    // The office has recorded this order. A repeat gets the answer of the first request.
    const after = await office.order({ key, quantity: 2 });
    for (const { body } of made) expect(body).toEqual(after.body);
    expect([after.status, after.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    const other = await ask(office.url, 'POST', '/api/bookings', { as: buyer, key, body: { event_id: eventId, quantity: 3 } });
    expect(other.status).toBe(422);
    const theirs = await office.order({ key, quantity: 2, ...(stranger === undefined ? {} : { buyer: stranger }) });
    expect([theirs.status, theirs.headers.has('idempotency-replayed')]).toEqual([201, false]);
    await reckon(office, server);
  });

  it('F22 go away in mid-request: their bookings are whole or not there, and no transaction stays open', async () => {
    const leaving = Array.from({ length: 200 }, (_, index) =>
      office.order({ quantity: randomInt(1, 4), leavesAfterMs: randomInt(1, 120), key: index % 2 === 0 ? undefined : randomUUID() }),
    );
    const left = (await Promise.all(leaving)).filter(({ status }) => status === undefined);
    expect(left.length).toBeGreaterThan(0);
    if (engine !== 'sqlite') {
      await until('no transaction is open', async () => {
        await sleep(200); // a client that asks more often gets the same list again
        const open = await query(store, OPEN[engine]);
        return open.length === 0 ? true : undefined;
      });
    }
    await storms(office, 500);
    await reckon(office, server, { heard: [...CALM, 'cut off'] });
  });

  it('F12 come ten times as many: each is answered in time, and no ticket is sold twice', async () => {
    office.slowestMs = 0;
    await storms(office, 2000, { crowd: 300, pauseMs: 2 });
    expect(office.slowestMs).toBeLessThan(PATIENCE_MS / 2);
    await reckon(office, server, { heard: [...CALM, '503', 'cut off'] });
  });

  it('F17 are many when the server is told to stop: it finishes what is in flight, and ends with 0 in time', async () => {
    const { stop } = storm(office, { crowd: 50 });
    await sleep(500);
    const began = Date.now();
    const exit = server.stop();
    expect(await exit).toBe(0);
    expect(Date.now() - began).toBeLessThan(PATIENCE_MS / 2);
    await stop();
    server = await startServer(store);
    office.url = server.url;
    await reckon(office, server, { heard: CRASH });
  });

  it('F18 do not finish, and the server is told to stop twice: the second time counts', async () => {
    const client = connect(Number(new URL(server.url).port), '127.0.0.1');
    client.on('error', () => undefined);
    client.write('POST /api/auth/login HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
    await sleep(200);
    const began = Date.now();
    const exit = server.stop();
    await server.says(/finishing what is in flight/);
    server.child.kill('SIGINT');
    expect(await exit).toBe(1);
    expect(Date.now() - began).toBeLessThan(7000); // without force the server would wait eight seconds for that client
    client.destroy();
    server = await startServer(store);
    office.url = server.url;
    await reckon(office, server, { heard: CRASH });
  });
});
