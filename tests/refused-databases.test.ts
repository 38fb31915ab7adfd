import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, serverUrl } from './engines.ts';
import { freePort } from './machine.ts';
import { clientOf, newPassword } from './postgres.ts';

/** The messages of the programs when PostgreSQL refuses them. MariaDB's throwaway has no users; tests/database-line.test.ts has its own. */
const root = fileURLToPath(new URL('..', import.meta.url));
const ROLE = 'ticket_test_visitor';

describe.each(engines.filter((engine) => engine === 'postgres'))('on %s, the server and the command line', (engine) => {
  const password = newPassword();
  let folder: string;
  const administer = async (sql: string) => {
    const client = await clientOf(serverUrl(engine).href);
    await client.query(sql);
    await client.end();
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ticket-refused-'));
    await administer(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${password}'`);
  });
  afterAll(async () => {
    await administer(`DROP ROLE ${ROLE}`);
    rmSync(folder, { recursive: true, force: true });
  });

  /** The exit code, and the lines that give the reason. */
  function run(app: 'cli' | 'http', args: readonly string[], env: Record<string, string>) {
    const main = ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', join(root, `apps/${app}/src/main.ts`)];
    const { hostname, port } = serverUrl(engine);
    const place = { DB_TYPE: engine, DB_HOST: hostname, DB_PORT: port, DB_NAME: 'ticket_test_missing', DB_USER: ROLE, DB_PASSWORD: password };
    const { status, stdout, stderr } = spawnSync(process.execPath, [...main, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', PORT: '0', DATA_DIR: join(folder, 'data'), ...place, ...env },
      encoding: 'utf8',
      timeout: 30_000,
    });
    const lines = `${stdout}${stderr}`.trim().split('\n');
    return { status, said: lines.filter((line) => !/Open profile|"level":"(?:info|warn)"/.test(line)) };
  }
  const PROGRAMS = [
    ['the server', 'http', []],
    ['ticketctl migrate', 'cli', ['migrate']],
    ['ticketctl serve', 'cli', ['serve']],
  ] as const;

  it.each(PROGRAMS)('%s: a database is missing that the user may not create', (_, app, args) => {
    const { status, said } = run(app, args, {});
    expect([status, said]).toEqual([
      app === 'cli' ? 3 : 1,
      [expect.stringMatching(/The database \\?"ticket_test_missing\\?" at \S+ is missing, .*As an administrator: CREATE DATABASE .* OWNER /)],
    ]);
  });

  it.each(PROGRAMS)('%s: the password is wrong', (_, app, args) => {
    const { status, said } = run(app, args, { DB_PASSWORD: 'wrong' });
    expect([status, said]).toEqual([
      app === 'cli' ? 3 : 1,
      [expect.stringMatching(/refuses user \\?"ticket_test_visitor\\?": wrong DB_USER or DB_PASSWORD/)],
    ]);
    expect(said.join()).not.toContain(password);
  });

  it.each([...PROGRAMS.slice(1, 2), ['ticketctl audit', 'cli', ['audit']] as const])('%s: there is no server', async (_, app, args) => {
    const port = String(await freePort());
    const { status, said } = run(app, args, { DB_PORT: port });
    expect([status, said]).toEqual([
      3,
      [expect.stringMatching(/^Waiting for the database: /), expect.stringMatching(new RegExp(`connect ECONNREFUSED \\S+:${port}`))],
    ]);
  });

  it('ticketctl audit makes no database that is missing, and says how to', () => {
    const { username, password: first } = serverUrl(engine);
    const { status, said } = run('cli', ['audit'], { DB_USER: username, DB_PASSWORD: decodeURIComponent(first) });
    expect([status, said]).toEqual([3, [expect.stringMatching(/The database "ticket_test_missing" at \S+ is missing, and was not created\./)]]);
  });
});
