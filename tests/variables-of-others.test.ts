import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, environmentOf, freshDatabase, serverUrl } from './engines.ts';
import { clientOf } from './postgres.ts';

/**
 * A machine may have variables and files for other programs that use PostgreSQL. The driver would read some of them. Each of these points to
 * another place, or changes how the server reads our data.
 */
const ELSEWHERE = {
  PGHOST: '192.0.2.1',
  PGHOSTADDR: '192.0.2.1',
  PGPORT: '1',
  PGUSER: 'nobody',
  PGDATABASE: 'elsewhere',
  PGPASSWORD: 'of another program',
  PGSSLMODE: 'verify-full',
  PGSSLROOTCERT: '/nowhere/root.crt',
  PGSSLCERT: '/nowhere/client.crt',
  PGSSLKEY: '/nowhere/client.key',
  PGSSLNEGOTIATION: 'direct',
  PGREQUIRESSL: '1',
  PGCHANNELBINDING: 'require',
  PGREQUIREAUTH: 'none',
  PGOPTIONS: '-c default_transaction_read_only=on -c search_path=elsewhere -c statement_timeout=1',
  PGCLIENT_ENCODING: 'SQL_ASCII',
  PGCLIENTENCODING: 'SQL_ASCII',
  PGAPPNAME: 'another program',
  PGTZ: 'Asia/Jakarta',
  PGDATESTYLE: 'German',
  PGTARGETSESSIONATTRS: 'standby',
  PGCONNECT_TIMEOUT: '1',
  PGREPLICATION: 'database',
  PGBINARY: '1',
  PGSERVICE: 'elsewhere',
  NODE_PG_FORCE_NATIVE: '1',
};

const root = fileURLToPath(new URL('..', import.meta.url));
const mainOf = (app: string) => ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', join(root, `apps/${app}/src/main.ts`)];

describe.each(engines.filter((engine) => engine === 'postgres'))('what other programs are told of PostgreSQL, on %s', (engine) => {
  let folder: string;
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    folder = mkdtempSync(join(tmpdir(), 'ticket-others-'));
    const { hostname, port, password } = serverUrl(engine);
    writeFileSync(join(folder, '.pgpass'), `${hostname}:${port}:*:*:${password}\n`, { mode: 0o600 });
  });
  afterAll(async () => {
    await fresh.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(app: 'cli' | 'http', args: readonly string[], env: Record<string, string>) {
    const child = spawn(process.execPath, [...mainOf(app), ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, PORT: '0', DATA_DIR: join(folder, 'data'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { child, exited, output: () => output };
  }

  it('changes nothing of where the product connects, as whom and how', async () => {
    const env = { ...ELSEWHERE, ...environmentOf(fresh.config) };
    const migrating = start('cli', ['migrate'], env);
    expect([await migrating.exited, migrating.output()]).toEqual([0, expect.stringContaining('up to date')]);
    const server = start('http', [], env);
    const url = await new Promise<string>((resolve, reject) => {
      server.child.stdout.on('data', () => {
        const found = /listens on (http:\/\/[^\s,]+)/.exec(server.output())?.[1];
        if (found !== undefined) resolve(found);
      });
      void server.exited.then(() => reject(new Error(server.output())));
    });
    const person = { name: 'Jané', email: 'jane@example.com', password: randomBytes(9).toString('base64url') };
    const asked = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(person) };
    const before = Date.now();
    const registered = await fetch(`${url}/api/auth/register`, asked);
    expect(registered.status).toBe(201);
    const { pathname } = new URL(`postgres://here/${'database' in fresh.config ? fresh.config.database : ''}`);
    const look = await clientOf(Object.assign(serverUrl(engine), { pathname }).href);
    const { rows: users } = await look.query('SELECT name, "createdAt" AS at FROM public.users');
    expect(users).toEqual([{ name: 'Jané', at: expect.any(Date) }]);
    expect(Math.abs(users[0].at.getTime() - before)).toBeLessThan(60_000);
    const { rows: lines } = await look.query(
      `SELECT DISTINCT a.application_name AS name, a.backend_type AS type, s.ssl FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid)
       WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()`,
    );
    await look.end();
    expect(lines).toEqual([{ name: 'tickets', type: 'client backend', ssl: false }]);
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
  });

  it('gives no password to a user who is to have none', async () => {
    const { password } = serverUrl(engine);
    const env = { ...environmentOf(fresh.config), DB_PASSWORD: '', PGPASSWORD: decodeURIComponent(password), PGPASSFILE: join(folder, '.pgpass') };
    const migrating = start('cli', ['migrate'], env);
    expect([await migrating.exited, migrating.output()]).toEqual([
      3,
      expect.stringMatching(/^The database at .* asks user .* for a password, .*\n$/),
    ]);
  });

  it('without names of ours ends the start with the name to set', async () => {
    const migrating = start('cli', ['migrate'], { PGHOST: 'localhost', PGUSER: 'me' });
    expect([await migrating.exited, migrating.output()]).toEqual([
      3,
      expect.stringMatching(/PGHOST: is not read by this program; set DB_HOST and DB_TYPE=postgres instead/),
    ]);
  });
});
