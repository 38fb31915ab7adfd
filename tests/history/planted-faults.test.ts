import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { startServer, temporaryFolder } from '../faults/programs.ts';
import { PLANTED_FAULTS, plantingModule } from './planted-faults.ts';
import { expectTrue, openEvents, recordHistory, SEED, type Stage, setStage } from './recorder.ts';
import { judge } from './verdict.ts';

/** One server serves all tests. It reads from a file which fault is on. */
const SWITCH = join(temporaryFolder(), 'fault');
const WORKLOAD = { seed: SEED, clients: 2, sessions: 5, operationsPerSession: 60, seconds: 60 };
/** Some faults are rare, and a round of so few requests may miss them. */
const ROUNDS_MAX = 6;

let stage: Stage;
beforeAll(async () => {
  writeFileSync(SWITCH, '');
  stage = await setStage([await startServer({ engine: 'sqlite', folder: temporaryFolder() }, { preload: plantingModule(SWITCH) })]);
}, 120_000);

async function unexplainedWith(fault: string): Promise<readonly string[]> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const events = await openEvents(stage);
    writeFileSync(SWITCH, fault);
    const history = await recordHistory(stage, events, WORKLOAD).finally(() => writeFileSync(SWITCH, ''));
    const { unexplained } = judge(history);
    if (unexplained.length > 0) return unexplained;
  }
  return [];
}

it('without a fault the history is accepted', { timeout: 120_000 }, async () => {
  expectTrue(await recordHistory(stage, await openEvents(stage), WORKLOAD), 'sqlite, nothing planted');
});

it.each(PLANTED_FAULTS)('%s: the history is rejected', { timeout: 180_000 }, async (fault) => {
  const [first] = await unexplainedWith(fault);
  expect(first).toContain('no order of the operations gives these answers');
});

it('once the fault is off again the history is accepted', { timeout: 120_000 }, async () => {
  expectTrue(await recordHistory(stage, await openEvents(stage), WORKLOAD), 'sqlite, nothing planted any more');
});
