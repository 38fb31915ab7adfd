// Runs Stryker (stryker.config.mjs) on the domain's decisions. `npm run test:mutation -- --since <commit>` mutates only what differs from the
// commit. All other arguments are passed on, such as `--incremental`.
import { execFileSync, spawnSync } from 'node:child_process';
import { filesToMutate } from './mutated-files.ts';

const given = process.argv.slice(2);
const at = given.indexOf('--since');
const since = at < 0 ? undefined : given.splice(at, 2)[1];
if (at >= 0 && since === undefined) {
  console.error('--since needs a commit');
  process.exit(2);
}
const mutate = since === undefined ? [] : filesToMutate(execFileSync('git', ['diff', '--name-only', since], { encoding: 'utf8' }).split('\n'));
if (since !== undefined && mutate.length === 0) {
  console.log(`no decision of the domain differs from ${since}`);
} else {
  const files = mutate.length === 0 ? [] : ['--mutate', [...mutate, '!**/*.test.ts'].join()];
  process.exitCode = spawnSync('stryker', ['run', ...files, ...given], { stdio: 'inherit' }).status ?? 1;
}
