import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { askedEngines } from './engine-names.ts';
import { engines, freshDatabase, serverUrl } from './engines.ts';
import { find, install } from './machine.ts';
import { clientOf, findPostgres } from './postgres.ts';
import setup from './throwaway-servers.ts';

afterEach(() => vi.unstubAllEnvs());

describe('TEST_ENGINES', () => {
  it('names the engines of a run; without it a run has all of them', () => {
    expect(askedEngines('')).toEqual(['sqlite', 'mysql', 'postgres']);
    expect(askedEngines('postgres, sqlite')).toEqual(['sqlite', 'postgres']);
  });

  it('with an unknown name is an error that names it', () => {
    expect(() => askedEngines('postgres,oracle')).toThrow('TEST_ENGINES names oracle; the engines are sqlite, mysql, postgres');
  });

  it('starts no server that it does not name', async () => {
    vi.stubEnv('TEST_ENGINES', 'sqlite');
    const provide = vi.fn();
    (await setup({ provide }))();
    expect(provide.mock.calls).toEqual([
      ['mysqlUrl', undefined],
      ['postgresUrl', undefined],
    ]);
  });

  it('names a server that has an address already: it is not started', async () => {
    const url = 'postgres://me:secret@db.example/postgres';
    vi.stubEnv('TEST_ENGINES', 'postgres');
    vi.stubEnv('TEST_POSTGRES_URL', url);
    const provide = vi.fn();
    (await setup({ provide }))();
    expect(provide.mock.calls).toContainEqual(['postgresUrl', url]);
  });
});

describe.runIf(engines.includes('postgres'))('the PostgreSQL of the tests', () => {
  const query = async (sql: string) => {
    const client = await clientOf(serverUrl('postgres').href);
    const { rows } = await client.query(sql);
    await client.end();
    return rows;
  };

  it('gives each test an empty database of its own, and drops it while somebody is connected', async () => {
    const { config, drop } = await freshDatabase('postgres');
    if (config.engine !== 'postgres') throw new Error(config.engine);
    const url = Object.assign(serverUrl('postgres'), { pathname: `/${config.database}` });
    const client = await clientOf(url.href);
    expect((await client.query('SELECT FROM pg_tables WHERE schemaname = current_schema()')).rowCount).toBe(0);
    await drop();
    await expect(client.query('SELECT 1')).rejects.toThrow();
    expect(await query(`SELECT FROM pg_database WHERE datname = '${config.database}'`)).toEqual([]);
  });

  it.skipIf(process.env['TEST_POSTGRES_URL'])('is for this run alone: loopback, and a password that nobody else knows', async () => {
    const rows = await query("SELECT setting FROM pg_settings WHERE name IN ('listen_addresses', 'unix_socket_directories') ORDER BY name");
    expect(rows).toEqual([{ setting: '127.0.0.1' }, { setting: '' }]);
    const guessed = Object.assign(serverUrl('postgres'), { password: randomBytes(9).toString('base64url') });
    await expect(clientOf(guessed.href)).rejects.toMatchObject({ code: '28P01' });
    expect(await query('SELECT DISTINCT auth_method FROM pg_hba_file_rules')).toEqual([{ auth_method: 'scram-sha-256' }]);
  });
});

// Without setpriv a server would outlive the process that started it.
it.runIf(findPostgres() !== undefined && find('setpriv') !== undefined)(
  'PostgreSQL, its children and what it holds in the kernel are gone when the process that started it is killed',
  async () => {
    const code = `
      import { findPostgres, startPostgres } from ${JSON.stringify(new URL('postgres.ts', import.meta.url).href)};
      const { url, pid } = await startPostgres(findPostgres());
      console.log(JSON.stringify({ url, pid }));
      setInterval(() => undefined, 1000);`;
    const starter = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void starter.kill('SIGKILL'));
    const { url, pid } = JSON.parse(String(await new Promise((resolve) => starter.stdout.once('data', resolve))));
    const client = await clientOf(url); // one of the server's children
    const { rows } = await client.query('SELECT pid FROM pg_stat_activity');
    const [{ data_directory: data }] = (await client.query('SHOW data_directory')).rows;
    onTestFinished(() => rmSync(dirname(data), { recursive: true, force: true }));
    const pids: number[] = [pid, ...rows.map((row) => row.pid)];
    expect(pids.filter(isAlive)).toEqual(pids);
    expect(held(pid)).toHaveLength(1);
    starter.kill('SIGKILL');
    await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);
    expect(held(pid)).toEqual([]);
    await expect(clientOf(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  },
);

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
/** The shared memory of the process that still exists. */
const held = (pid: number): string[] =>
  readFileSync('/proc/sysvipc/shm', 'utf8')
    .split('\n')
    .filter((line) => line.trim().split(/\s+/)[4] === String(pid));

describe.runIf(process.getuid?.() === 0)('an installation', () => {
  it('sees the file that keeps PostgreSQL from making a cluster, which is gone after it', () => {
    // This program replaces apt-get. It records what an installation would see.
    const folder = mkdtempSync(join(tmpdir(), 'ticket-install-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [conf, seen] = [join(folder, 'etc/createcluster.d/tests.conf'), join(folder, 'seen')];
    writeFileSync(join(folder, 'apt-get'), `#!/bin/sh\n{ echo "$1"; cat ${conf}; } >>${seen}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
    const silent = vi.spyOn(console, 'warn').mockReturnValue();
    expect(install('no-such-program', 'no-such-package', { [conf]: 'create_main_cluster = false\n' })).toBeUndefined();
    silent.mockRestore();
    expect(readFileSync(seen, 'utf8')).toBe('update\ncreate_main_cluster = false\ninstall\ncreate_main_cluster = false\n');
    expect(statSync(conf, { throwIfNoEntry: false })).toBeUndefined();
  });
});
