import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { certificates, hasOpenSsl } from '../certificates.ts';
import { find } from '../machine.ts';
import { hasPostgres, PrivatePostgres, stateOf } from './private-postgres.ts';
import { type PrivateServer, privateServer, privateServers, privateStore } from './private-server.ts';
import { until } from './programs.ts';
import { query } from './reckoning.ts';

const DURABLE = {
  mysql: 'SELECT @@innodb_flush_log_at_trx_commit = 1 AS yes',
  postgres: "SELECT COUNT(*) = 3 AS yes FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting = 'on'",
};

describe.each(privateServers)('a private server of %s', (engine) => {
  let server: PrivateServer;
  beforeAll(async () => {
    server = await privateServer(engine);
    await server.query('CREATE DATABASE kept');
  });

  it('is durable', async () => {
    expect((await server.query(DURABLE[engine]))[0]?.['yes']).toBeOneOf([1, true]);
  });

  it('is killed within a transaction and starts again on its folder and port: it has exactly the committed rows', async () => {
    const { port } = server;
    const client = await server.neighbour('kept');
    await client.query('CREATE TABLE rows_of_it (id int PRIMARY KEY)');
    await client.query('INSERT INTO rows_of_it VALUES (1)');
    await client.query('START TRANSACTION');
    await client.query('INSERT INTO rows_of_it VALUES (2)');
    await server.kill();
    await expect(server.query('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.start();
    expect(server.port).toBe(port);
    const again = await server.neighbour('kept');
    const rows = JSON.stringify(await again.query('SELECT id FROM rows_of_it'));
    expect(rows).toContain('{"id":1}');
    expect(rows).not.toContain('{"id":2}');
    await again.end();
  });

  it('stands still while it is frozen, on connections that are open and on new ones', async () => {
    const client = await server.neighbour();
    server.freeze();
    const answers = [client.query('SELECT 1'), server.query('SELECT 1')];
    const first = await Promise.race([...answers.map((answer) => answer.then(() => 'answered')), sleep(500).then(() => 'nothing')]);
    server.thaw();
    expect(first).toBe('nothing');
    await Promise.all(answers);
    await client.end();
  });

  it('is killed while it is frozen', async () => {
    server.freeze();
    await server.kill();
    await server.start();
    expect(await server.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('gives each store a name that is not there yet', async () => {
    const [first, second] = [server.store(), server.store()];
    expect(first.database).not.toBe(second.database);
    await expect(query(first, 'SELECT 1')).rejects.toThrow(first.database);
    await server.query(`CREATE DATABASE ${first.database}`);
    expect(await query(first, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

it('a store of a test is a file, or a database on a server of its own', async () => {
  const stores = await Promise.all((['sqlite', ...privateServers] as const).map(privateStore));
  expect(stores.map(({ engine }) => engine)).toEqual(['sqlite', ...privateServers]);
});

describe.runIf(hasPostgres)('a private PostgreSQL', () => {
  it('takes options of the server program, and has users with passwords', async () => {
    const server = await PrivatePostgres.start({ options: ['--lock-timeout=1234'] });
    expect(await server.query('SHOW lock_timeout')).toEqual([{ lock_timeout: '1234ms' }]);
    await server.query("CREATE ROLE clerk LOGIN PASSWORD 'right'");
    const asClerk = (password: string) => new Client({ host: '127.0.0.1', port: server.port, user: 'clerk', password, database: 'postgres' });
    await expect(asClerk('wrong').connect()).rejects.toMatchObject({ code: '28P01' });
    const clerk = asClerk('right');
    await clerk.connect();
    expect((await clerk.query('SELECT current_user')).rows).toEqual([{ current_user: 'clerk' }]);
    await clerk.end();
  });

  it.runIf(hasOpenSsl)('encrypts with a certificate of the tests, which a client checks', async () => {
    const own = certificates('localhost');
    onTestFinished(own.remove);
    const server = await PrivatePostgres.start({ options: own.serverOptions.postgres });
    const { port, password } = server.store();
    const place = { host: 'localhost', port, user: 'postgres', password, database: 'postgres' };
    const client = new Client({ ...place, ssl: { ca: readFileSync(own.ca, 'utf8') } });
    await client.connect();
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    await client.end();
    expect(rows).toEqual([{ ssl: true }]);
    const another = new Client({ ...place, ssl: { rejectUnauthorized: true } });
    await expect(another.connect()).rejects.toThrow(/certificate/);
  });

  it.runIf(find('setpriv') !== undefined)('is gone with all its processes when the process that froze it is killed', async () => {
    // Vitest's own process runs this file. The process to kill has to run without Vitest.
    const code = `
      import { register } from 'node:module';
      register('data:text/javascript,' + encodeURIComponent(\`
        export const resolve = (name, context, next) => name === 'vitest'
          ? { url: 'data:text/javascript,export const afterAll = () => undefined', shortCircuit: true }
          : next(name, context);\`));
      const { PrivatePostgres } = await import(${JSON.stringify(new URL('private-postgres.ts', import.meta.url).href)});
      const server = await PrivatePostgres.start();
      const [{ folder }] = await server.query("SELECT current_setting('data_directory') AS folder");
      server.freeze();
      console.log(JSON.stringify({ pids: server.pids(), folder }));
      setInterval(() => undefined, 1000);`;
    const starter = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void starter.kill('SIGKILL'));
    const { pids, folder } = JSON.parse(String((await once(starter.stdout, 'data'))[0]));
    onTestFinished(() => rmSync(dirname(folder), { recursive: true, force: true }));
    const states = () => pids.map((pid: number) => stateOf(pid)).filter((state: string | undefined) => state !== undefined);
    expect(states().length).toBeGreaterThan(3);
    expect(new Set(states())).toEqual(new Set(['T']));
    starter.kill('SIGKILL');
    await until('all its processes are gone', () => (states().length === 0 ? true : undefined));
  });
});
