// Removes each line of mutants.ts, one at a time. The test named beside the line has to fail. `npm run test:mutants [name]`
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { startServers } from '../tests/throwaway-servers.ts';
import { MUTANTS, mutated } from './mutants.ts';

const Verdict = v.object({ name: v.string(), verdict: v.string(), said: v.string() });

const [wanted] = process.argv.slice(2);
if (wanted !== undefined && !MUTANTS.some(({ name }) => name === wanted)) {
  console.error(`There is no mutant "${wanted}". They are:\n${MUTANTS.map(({ name }) => `  ${name}`).join('\n')}`);
  process.exit(2);
}
const root = fileURLToPath(new URL('..', import.meta.url));
// This check comes before all runs. A source that cannot be loaded makes tests fail, and that would look like a killed mutant.
for (const mutant of MUTANTS) mutated(mutant, readFileSync(join(root, mutant.file), 'utf8'));

const waiting = MUTANTS.filter(({ name }) => wanted === undefined || name === wanted).map(({ name }) => name);
let passed = 0;
let failed = 0;
// All runs use the same servers. New servers for each run would take longer than the tests.
const servers = await startServers();
try {
  await Promise.all(Array.from({ length: Math.min(waiting.length, availableParallelism()) }, work));
} finally {
  servers.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** A process that keeps Vitest loaded and gets one mutant after another. */
function work(): Promise<void> {
  const env = { ...process.env, MUTANT: '', TEST_DATABASE_URL: servers.mysqlUrl, TEST_POSTGRES_URL: servers.postgresUrl };
  const child = fork(new URL('mutant-runner.ts', import.meta.url), { cwd: root, env });
  const giveNext = () => {
    const name = waiting.shift();
    if (name === undefined) child.disconnect();
    else child.send(name);
  };
  child.on('message', (message) => {
    const { name, verdict, said } = v.parse(Verdict, message);
    const words = MUTANTS.find((mutant) => mutant.name === name)?.killedBy[1];
    if (verdict === 'killed') passed++;
    else failed++;
    console.log(verdict === 'killed' ? `killed    ${name} (${words})` : `SURVIVED  ${name} (${words}): ${verdict}\n${said}`);
    giveNext();
  });
  giveNext();
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a process that runs mutants ended with ${code}`))));
  });
}
