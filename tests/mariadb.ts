import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { find, freePort, leashed } from './machine.ts';

/** A server on a free loopback port. It ends with this process, even if that is killed. By default it has no users and rights. */
export async function startMariaDb(
  program: string,
  { knowsUsers = false, options: more = [] }: { readonly knowsUsers?: boolean; readonly options?: readonly string[] } = {},
): Promise<{ url: string; socket: string; stop: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'ticket-mariadb-'));
  mkdirSync(join(folder, 'data'));
  if (knowsUsers) makeGrantTables(`${folder}/data`);
  const port = await freePort();
  // Without grant tables an empty folder is enough, and the start takes 0.2 s.
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
  const [command, args] = leashed(program, options);
  const server = spawn(command, args, { stdio: 'ignore' });
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

/** Puts the tables of users and their rights into an empty data folder. Root may log in without a password. */
export function makeGrantTables(dataFolder: string): void {
  const asRoot = ['--auth-root-authentication-method=normal', '--skip-test-db', ...(process.getuid?.() === 0 ? ['--user=root'] : [])];
  const { status, stdout, stderr } = spawnSync(find('mariadb-install-db') ?? '', ['--no-defaults', `--datadir=${dataFolder}`, ...asRoot], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`mariadb-install-db failed (${status})\n${stdout}${stderr}`);
}
