import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Random } from '../../packages/domain/src/testing/random.ts';
import type { Engine } from '../engine-names.ts';
import { PrivateMariaDb } from '../faults/private-mariadb.ts';
import { enginesHere, type PrivateServer, privateServer } from '../faults/private-server.ts';
import { type Store, temporaryFolder } from '../faults/programs.ts';
import { makeGrantTables } from '../mariadb.ts';
import { disturb, faultsOf, Servers } from './disturbances.ts';
import { failureOf, openEvents, recordHistory, SEED, setStage, summary, wholeNumber } from './recorder.ts';
import { laySlowWire } from './slow-wire.ts';
import { countAnswers, countsInWords, judge } from './verdict.ts';

/** On each engine. */
const SECONDS = wholeNumber('HISTORY_SECONDS', 60);
const FAULTS = faultsOf(process.env['HISTORY_FAULTS'] ?? 'all');
/** A round is one history with its own events. So a search stays small, however long the run is. */
const ROUND_SECONDS = 10;
const WORKLOAD = { clients: 3, sessions: 5, operationsPerSession: Number.MAX_SAFE_INTEGER, seconds: ROUND_SECONDS };
const ROUND_MS_MAX = 120_000;
/** Statements of a killed server may still be on their way to the database. */
const CALM_MS = 3000;
const FAILURES_MAX = 5;

it.each(enginesHere)(
  `two servers on %s for ${SECONDS} s, disturbed by ${FAULTS.join(', ') || 'nothing'} (HISTORY_SEED=${SEED})`,
  {
    timeout: SECONDS * 1000 + ROUND_MS_MAX,
  },
  async (engine) => {
    const { store, database, env } = await freshStore(engine);
    const servers = await Servers.start(store, 2, env);
    const stage = await setStage(servers.list, FAULTS.includes('slow_requests') ? (url) => laySlowWire(url, new Random(SEED)) : undefined);
    const failures: string[] = [];
    const answers = new Map<string, number>();
    const began = Date.now();
    for (let round = 0; Date.now() < began + SECONDS * 1000 && failures.length < FAILURES_MAX; round++) {
      const seed = SEED + round;
      const events = await openEvents(stage);
      let done = '';
      const history = await recordHistory(stage, events, { ...WORKLOAD, seed }, async (stopped) => {
        done = await disturb(FAULTS, seed, servers, database, stopped);
        if (FAULTS.length > 0) await sleep(CALM_MS);
      });
      const verdict = judge(history);
      countAnswers(history, answers);
      const place = `${engine}, round ${round + 1}, disturbed by ${done}`;
      console.log(`${place}, ${summary(history, verdict)}`);
      failures.push(...[failureOf(history, verdict, `${engine} seed ${seed}`) ?? []].flat());
    }
    console.log(`${engine}, in all rounds: ${countsInWords(answers)}; ${failures.length} histories cannot be true`);
    expect(answers.get('201') ?? 0).toBeGreaterThan(0);
    if (failures.length > 0) expect.fail(failures.join('\n\n'));
  },
);

/** A database whose servers connect as a user that a read-only server refuses. */
async function freshStore(engine: Engine): Promise<{ store: Store; database?: PrivateServer; env: Record<string, string> }> {
  if (engine === 'sqlite') return { store: { engine, folder: temporaryFolder() }, env: {} };
  if (engine === 'postgres') {
    const database = await privateServer(engine);
    return { store: database.store(), database, env: {} };
  }
  const database = await PrivateMariaDb.start({ fill: makeGrantTables });
  await database.query(`CREATE USER 'tickets'@'%' IDENTIFIED BY 'a password'`);
  await database.query(`GRANT ALL ON \`faults%\`.* TO 'tickets'@'%'`);
  return { store: database.store(), database, env: { DB_USER: 'tickets', DB_PASSWORD: 'a password' } };
}
