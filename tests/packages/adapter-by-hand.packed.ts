import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findOrInstallPostgres, startPostgres } from '../postgres.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(?:config_local_prefix|package_|lifecycle_)/.test(name)),
);
const STORE = readFileSync(join(root, 'examples/postgres-by-hand/postgres-store.js'), 'utf8');

let folder: string;
let server: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  const programs = findOrInstallPostgres();
  if (programs === undefined) throw new Error('this machine has no PostgreSQL: apt-get install postgresql');
  server = await startPostgres(programs);
  folder = mkdtempSync(join(tmpdir(), 'ticket-by-hand-'));
  cpSync(join(root, 'examples/postgres-by-hand'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const tarballs = readdirSync(join(root, 'dist/tarballs')).filter((name) => /ticket-(?:domain|kit)-/.test(name));
  const packages = [...tarballs.map((name) => join(root, 'dist/tarballs', name)), 'pg@8.23.1'];
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', ...packages], { cwd: folder, env: environment });
});
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What `ticket-kit prove` says of the file, and its exit code. */
async function proved(file: string, ...options: string[]): Promise<{ readonly code: number; readonly said: string }> {
  const args = ['--no-install', 'ticket-kit', 'prove', `./${file}`, '--level', 'stock', '--seed', '1', '--timeout', '30000', ...options];
  const env = { ...environment, POSTGRES_URL: server.url };
  return run('npx', args, { cwd: folder, env }).then(
    ({ stderr }) => ({ code: 0, said: stderr }),
    (error: { code: number; stderr: string }) => ({ code: error.code, said: error.stderr }),
  );
}

describe('the store by hand, with the packed domain and kit', () => {
  it('keeps every law of its level, and has no more than 150 lines of code', async () => {
    const lines = STORE.split('\n').filter((line) => !/^\s*(?:$|\/\/|\/\*\*)/.test(line));
    expect(lines.length).toBeLessThanOrEqual(150);
    const { code, said } = await proved('postgres-store.js', '--seconds', '5');
    expect(said).toMatch(/\d+ laws kept, 0 broken, 0 not proved/);
    expect(code).toBe(0);
  });

  const WITH_VERSION = ' AND "stockVersion" = $${';
  const TELL = "if (!(await isStored(mark))) throw outage(error, 'not_done');";
  const INSERT = "insertInto('bookings')";
  const OVERWRITE = '((row) => [insertInto("bookings")(row)[0] + ` ON CONFLICT ("id") DO UPDATE SET "quantity" = 9`, Object.values(row)])';
  const NOT_LOCKED = [" FOR NO KEY UPDATE'", "'"] as const;
  it.each<[fault: string, law: string, ...changes: (readonly [line: string, instead: string])[]]>([
    ['no row lock', 'B1', NOT_LOCKED],
    ['no row lock, and no version in the update', 'B1', NOT_LOCKED, [WITH_VERSION, ' AND 0 < $${']],
    ['a refused connection that is taken for a bug', 'F8', ['/ECONN|EPIPE|connection|timeout/i', '/EPIPE|terminated|timeout/i']],
    ['a deadlock that is thrown as it is', 'F9', [" || code === '40P01'", ''], ['(08|40|53', '(08|53']],
    ['an outage that is thrown as it is', 'F6', ["throw isOutage(error) ? outage(error, 'not_done') : error;", 'throw error;']],
    ['a lost COMMIT that is told as not done', 'F2', [TELL, "throw outage(error, 'not_done');"]],
    ['a failed COMMIT that is not looked at', 'F3', [TELL, '']],
    ['an insert that overwrites a row', 'S90', [INSERT, OVERWRITE]],
    ['no order of calls', 'S21', ['return inOrder(decision.eventId ?? decision.bookingId, () => decided(decision));', 'return decided(decision);']],
    ['a key that is ignored', 'S93', ["if (decision.key !== undefined) throw new TypeError('this store keeps no idempotency keys');", '']],
    ['no line in the ledger', 'S40', ["  ...writes.movements.map(insertInto('movements')),\n", '']],
    ['bookings counted in place of tickets', 'S92', ['sum("quantity")', 'count(*)']],
  ])('breaks a law with one fault: %s', async (name, law, ...changes) => {
    for (const [line] of changes) expect(STORE).toContain(line);
    const flawed = changes.reduce((text, [line, instead]) => text.replaceAll(line, () => instead), STORE);
    const file = `${name.replaceAll(/\W+/g, '-')}.js`;
    writeFileSync(join(folder, file), flawed);
    const { code, said } = await proved(file, '--law', law);
    expect(said).toContain(`BROKEN     ${law}`);
    expect(code).toBe(1);
  });
});
