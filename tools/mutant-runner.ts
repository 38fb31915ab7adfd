// A process of test-mutants.ts. It loads Vitest once, since that takes longer than the one test that each mutant needs.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { createVitest } from 'vitest/node';
import { MUTANTS } from './mutants.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = await createVitest('test', { root, watch: false, reporters: [{}] });
let runs = Promise.resolve();

process.on('message', (name: string) => {
  runs = runs.then(async () => {
    process.send?.({ name, ...(await run(name)) });
  });
});
process.once('disconnect', () => void runs.then(() => vitest.close()).then(() => process.exit(0)));

async function run(name: string): Promise<{ readonly verdict: string; readonly said: string }> {
  const mutant = MUTANTS.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`no mutant is called "${name}"`);
  const [file, words] = mutant.killedBy;
  const source = join(root, mutant.file);
  process.env['MUTANT'] = name;
  vitest.invalidateFile(source);
  try {
    vitest.setGlobalTestNamePattern(new RegExp(literally(words)));
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(await vitest.globTestSpecifications([file]));
    const tests = testModules
      .flatMap((module) => [...module.children.allTests()])
      .filter(({ fullName }) => fullName.replaceAll(' > ', ' ').includes(words));
    const errors = [...unhandledErrors, ...testModules.flatMap((module) => module.errors())].map((error) => inspect(error));
    return { verdict: judge(tests.map((test) => test.result().state)), said: errors.join('\n').slice(-2000) };
  } finally {
    vitest.invalidateFile(source);
  }
}

function judge(states: readonly string[]): string {
  if (states.length === 0) return 'no test of that name ran';
  return states.includes('failed') ? 'killed' : 'the named test passes without the line';
}

/** A regular expression that matches exactly these words. */
function literally(words: string): string {
  return words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
