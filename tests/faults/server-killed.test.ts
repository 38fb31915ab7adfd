import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BoxOffice } from './box-office.ts';
import { enginesHere, privateServer, privateServers, privateStore } from './private-server.ts';
import { freePort, PATIENCE_MS, type Store, startServer, until } from './programs.ts';
import { CRASH, query, reckon } from './reckoning.ts';
import { storm } from './storm.ts';
import { COMMIT, Wire } from './wire.ts';

/** 100 and more where there is time: FAULT_ROUNDS=100 npm run test:faults */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 6);

describe.each(enginesHere)('a server on %s', (engine) => {
  const freshStore = (): Promise<Store> => privateStore(engine);

  it(`F1 is killed in mid-storm ${ROUNDS} times: what it answered is there, and nothing is half done`, {
    timeout: 30_000 + ROUNDS * 20_000,
  }, async () => {
    const store = await freshStore();
    const port = await freePort();
    let server = await startServer(store, { port });
    const office = await BoxOffice.open(server.url);
    for (let round = 0; round < ROUNDS; round++) {
      const { stop } = storm(office, { crowd: 50 });
      await sleep(randomInt(50, 1000));
      await server.kill();
      await stop();
      const began = Date.now();
      server = await startServer(store, { port });
      expect(Date.now() - began).toBeLessThan(PATIENCE_MS / 2);
      await reckon(office, server, { heard: CRASH });
    }
    expect(office.orders.filter(({ certainty }) => certainty === 'done').length).toBeGreaterThan(ROUNDS);
  });
});

describe.each(privateServers)('a server on %s', (engine) => {
  it('F24 is killed after COMMIT and before its answer: the retry under the same key is given that booking', async () => {
    const database = await privateServer(engine);
    const wire = await Wire.lay(database);
    const store = database.store();
    const port = await freePort();
    const first = await startServer({ ...store, port: wire.port }, { port });
    const office = await BoxOffice.open(first.url);
    const committed = wire.trap(COMMIT, (line, statement) => {
      line.far.write(statement);
      line.onAnswer = () => undefined; // the change is stored, but the server gets no answer
    });
    const asked = office.order({ quantity: 2, key: randomUUID() });
    await committed;
    const [row] = await until('the booking is stored', async () => {
      const rows = await query<{ id: string }>(store, 'SELECT id FROM bookings');
      return rows.length > 0 ? rows : undefined;
    });
    await first.kill();
    const { order, status } = await asked;
    expect([status, order.certainty]).toEqual([undefined, 'unknown']);
    const server = await startServer(store, { port });
    const again = await office.askAgain(order);
    expect([again.status, again.body.data.id, again.headers.get('idempotency-replayed')]).toEqual([201, row?.id, 'true']);
    await reckon(office, server, { heard: CRASH });
  });
});
