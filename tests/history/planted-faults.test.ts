import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { startServer, temporaryFolder } from '../faults/programs.ts';
import { PLANTED_FAULTS, plantingModule } from './planted-faults.ts';
import { expectTrue, recordHistory, type Stage, setStage, summary } from './recorder.ts';
import { judge } from './verdict.ts';

/** One server for all of them: what is planted is told by a file, which the server reads. */
const SWITCH = join(temporaryFolder(), 'fault');
const WORKLOAD = { clients: 2, sessions: 5, operationsPerSession: 120, seconds: 60 };
let stage: Stage;
beforeAll(async () => {
  writeFileSync(SWITCH, '');
  stage = await setStage([await startServer({ engine: 'sqlite', folder: temporaryFolder() }, { preload: plantingModule(SWITCH) })]);
});

it('without a fault the history is accepted', { timeout: 120_000 }, async () => {
  expectTrue(await recordHistory(stage, WORKLOAD), 'sqlite, nothing planted');
});

it.each(PLANTED_FAULTS)('%s: the history is rejected', { timeout: 120_000 }, async (fault) => {
  writeFileSync(SWITCH, fault);
  const history = await recordHistory(stage, WORKLOAD).finally(() => writeFileSync(SWITCH, ''));
  const verdict = judge(history);
  console.log(`${fault}, ${summary(history, verdict)}\n${verdict.unexplained[0]}`);
  expect(verdict.unexplained).not.toEqual([]);
});
