import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import type { TestProject } from 'vitest/node';

/**
 * The MySQL side of the tests: TEST_DATABASE_URL, or a throwaway MariaDB on an empty folder, gone when the run ends.
 * Where there is no server program, root on Debian or Ubuntu gets one installed (the program alone, no service); elsewhere
 * the suites on MySQL do not run, which is said aloud and is a failure where CI=true.
 */
declare module 'vitest' {
  interface ProvidedContext {
    /** A server on which the tests may make databases of their own; undefined where there is none. */
    mysqlUrl: string | undefined;
  }
}

export default async function setup(project: TestProject): Promise<(() => void) | undefined> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) {
    project.provide('mysqlUrl', given);
    return undefined;
  }
  const program = find('mariadbd') ?? install('mariadbd', 'mariadb-server-core');
  if (program === undefined) {
    const missing =
      'THE SUITES ON MYSQL/MARIADB DO NOT RUN: no mariadbd here. Install it (Debian: apt-get install mariadb-server-core; macOS: brew install mariadb) or give TEST_DATABASE_URL=mysql://user:password@host:3306.';
    if (process.env['CI'] === 'true') throw new Error(missing);
    console.warn(`\n${missing}\n`);
    project.provide('mysqlUrl', undefined);
    return undefined;
  }
  const { url, stop } = await startMariaDb(program);
  project.provide('mysqlUrl', url);
  return stop;
}

/** A server on a free loopback port. It dies with this process, also when that is killed. Users and their rights it knows only if asked to. */
export async function startMariaDb(
  program: string,
  { knowsUsers = false, options: more = [] }: { readonly knowsUsers?: boolean; readonly options?: readonly string[] } = {},
): Promise<{ url: string; socket: string; stop: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'ticket-mariadb-'));
  mkdirSync(join(folder, 'data'));
  if (knowsUsers) makeGrantTables(`${folder}/data`);
  const port = await freePort();
  // Without grant tables an empty folder will do, and the start takes 0.2 s.
  const options = [
    ...['--no-defaults', `--datadir=${folder}/data`, `--socket=${folder}/s`, '--bind-address=127.0.0.1', `--port=${port}`, '--skip-networking=0'],
    ...[
      ...(knowsUsers ? [] : ['--skip-grant-tables']),
      '--skip-name-resolve',
      '--skip-log-bin',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-buffer-pool-size=64M',
    ],
    ...[
      '--innodb-log-file-size=16M',
      '--character-set-server=utf8mb4',
      '--max-connections=300',
      ...(process.getuid?.() === 0 ? ['--user=root'] : []),
      ...more,
    ],
  ];
  const leash = find('setpriv');
  const [command = program, ...before] = leash === undefined ? [program] : [leash, '--pdeathsig', 'KILL', '--', program];
  const server = spawn(command, [...before, ...options], { stdio: 'ignore' });
  const stop = () => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', stop);
  const url = `mysql://root@127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    try {
      const connection = await createConnection(url);
      await connection.end();
      return { url, socket: `${folder}/s`, stop };
    } catch (error) {
      if (tries > 400 || server.exitCode !== null) {
        stop();
        throw new Error(`the throwaway MariaDB did not start (${program})`, { cause: error });
      }
      await sleep(25);
    }
  }
}

/** Puts the tables of users and their rights into an empty data folder. Root may come without a password. */
export function makeGrantTables(dataFolder: string): void {
  const asRoot = ['--auth-root-authentication-method=normal', '--skip-test-db', ...(process.getuid?.() === 0 ? ['--user=root'] : [])];
  const { status, stdout, stderr } = spawnSync(find('mariadb-install-db') ?? '', ['--no-defaults', `--datadir=${dataFolder}`, ...asRoot], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`mariadb-install-db failed (${status})\n${stdout}${stderr}`);
}

export function find(program: string): string | undefined {
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin` };
  return spawnSync('sh', ['-c', `command -v ${program}`], { env, encoding: 'utf8' }).stdout.trim() || undefined;
}

/** Root on Debian or Ubuntu gets the program installed. No service of the package is started. */
export function install(program: string, debianPackage: string): string | undefined {
  if (process.getuid?.() !== 0 || find('apt-get') === undefined) return undefined;
  console.warn(`No ${program} here: installing Debian’s ${debianPackage} (the program alone, no service) for the tests.`);
  const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  const mayStart = '/usr/sbin/policy-rc.d'; // asked before a package starts its service; where there is one, it is the machine's own
  const isOurs = !existsSync(mayStart);
  if (isOurs) writeFileSync(mayStart, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    spawnSync('apt-get', ['update', '-qq'], quiet);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', debianPackage], quiet);
  } finally {
    if (isOurs) rmSync(mayStart);
  }
  return find(program);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
