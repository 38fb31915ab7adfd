import { beforeAll, describe, expect, it } from 'vitest';
import { enginesHere, privateStore } from '../faults/private-server.ts';
import { type Server, startServer } from '../faults/programs.ts';
import { kindOf } from './answers.ts';
import { expectTrue, openEvents, recordHistory, SEED, setStage } from './recorder.ts';

const WORKLOAD = { seed: SEED, clients: 3, sessions: 5, operationsPerSession: 150, seconds: 150 };

describe.each(enginesHere)('client processes at two servers on one database, %s', (engine) => {
  let servers: readonly Server[];
  beforeAll(async () => {
    const store = await privateStore(engine);
    servers = await Promise.all([startServer(store), startServer(store)]);
  }, 120_000);

  it(`are told nothing that cannot be true (HISTORY_SEED=${SEED})`, { timeout: 300_000 }, async () => {
    const stage = await setStage(servers);
    const history = await recordHistory(stage, await openEvents(stage), WORKLOAD);
    expectTrue(history, engine);
    const heard = new Set(history.operations.map((operation) => `${operation.ask.do}: ${kindOf(operation)}`));
    expect([...heard]).toEqual(
      expect.arrayContaining([
        ...['book: 201', 'book: 201 replayed', 'book: 400', 'set status: 200', 'set status: 400', 'set status: 404'],
        ...['delete booking: 200', 'delete booking: 404', 'edit event: 200', 'edit event: 400', 'edit event: 412'],
        ...['read event: 200', 'read event: 304', 'read booking: 200', 'read booking: 304', 'read booking: 404'],
        ...['list events: 200', 'list bookings: 200'],
      ]),
    );
  });
});
