import { execFile, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { find, freePort, install, leashed } from './machine.ts';

/** PostgreSQL's own name for its first user and first database. */
const FIRST = 'postgres';
/** Without this file, Debian's package creates a cluster at installation, and starts it at every boot. */
const NO_CLUSTER = { '/etc/postgresql-common/createcluster.d/ticket-tests.conf': 'create_main_cluster = false\n' };

/** The folder of PostgreSQL's programs. Debian and Ubuntu keep them outside PATH. */
export function findPostgres(): string | undefined {
  const program = find('postgres');
  const config = find('pg_config');
  const folders = [
    // The link leads to one program, and its folder has all of them.
    ...(program === undefined ? [] : [dirname(realpathSync(program)), dirname(program)]),
    ...(config === undefined ? [] : [spawnSync(config, ['--bindir'], { encoding: 'utf8' }).stdout.trim()]),
    ...newestOf('/usr/lib/postgresql', ''),
    ...['/opt/homebrew/opt', '/usr/local/opt'].flatMap((folder) => newestOf(folder, 'postgresql@')),
    '/Applications/Postgres.app/Contents/Versions/latest/bin',
  ];
  return folders.find((folder) => ['postgres', 'initdb'].every((name) => existsSync(join(folder, name))));
}

function newestOf(folder: string, prefix: string): string[] {
  const versions = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(prefix)) : [];
  const numberOf = (name: string) => Number.parseFloat(name.slice(prefix.length)) || 0;
  return versions.sort((a, b) => numberOf(b) - numberOf(a)).map((name) => join(folder, name, 'bin'));
}

/** Installs the programs alone, without a cluster, if the user is root on Debian or Ubuntu. */
export function findOrInstallPostgres(): string | undefined {
  const found = findPostgres();
  if (found !== undefined) return found;
  install('postgres', 'postgresql', NO_CLUSTER);
  return findPostgres();
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL's programs refuse to run as root. Then they run as this user. undefined is the user of the tests. */
export function serverUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((which) => spawnSync('id', [which, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error('PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody');
}

/** A folder that belongs to the server's user. Other users may have no access to the folder of the tests. */
export function serverFolder(): string {
  const user = serverUser();
  for (const parent of [tmpdir(), '/tmp', '/var/tmp']) {
    const folder = mkdtempSync(join(parent, 'ticket-postgres-'));
    if (user === undefined) return folder;
    chownSync(folder, user.uid, user.gid);
    if (spawnSync('sh', ['-c', 'test -w "$0"', folder], user).status === 0) return folder;
    rmSync(folder, { recursive: true });
  }
  throw new Error('there is no temporary folder that the user of PostgreSQL can reach');
}

/** An empty cluster in the subfolder `data`. Every user needs the password. */
export async function makeCluster(programs: string, folder: string, password: string): Promise<void> {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  chmodSync(passwordFile, 0o644); // only the owner can open the folder itself
  const options = ['-D', join(folder, 'data'), '-U', FIRST, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const [command, args] = leashed(join(programs, 'initdb'), [...options, '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions']);
  await promisify(execFile)(command, args, { ...serverUser(), cwd: folder, env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC' } });
  rmSync(passwordFile);
}

/** A copy of a running server's cluster. After its start it follows that server. */
export async function copyCluster(programs: string, folder: string, from: string): Promise<void> {
  const options = ['-d', from, '-D', join(folder, 'data'), '--write-recovery-conf', '--wal-method=stream', '--checkpoint=fast', '--no-sync'];
  const [command, args] = leashed(join(programs, 'pg_basebackup'), options);
  await promisify(execFile)(command, args, { ...serverUser(), cwd: folder, env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC' } });
}

/** The server listens on loopback alone. Its shared memory is in its folder, and is removed with it. */
export const serverOptions = (folder: string, port: number): readonly string[] => [
  ...['-D', join(folder, 'data'), '-p', String(port), '--listen-addresses=127.0.0.1', '--unix-socket-directories='],
  ...['--max-connections=300', '--shared-buffers=64MB', '--dynamic-shared-memory-type=mmap', '--max-wal-size=256MB'],
];

/**
 * Stops the server at once, without a checkpoint. Its children end with it, and its shared memory is freed. After SIGKILL a piece of shared
 * memory would stay for ever, and a machine has room for 4096.
 */
export const STOP = 'SIGQUIT';

export const newPassword = (): string => randomBytes(12).toString('base64url');
export const addressOf = ({
  port,
  password,
  database = FIRST,
}: {
  readonly port: number;
  readonly password: string;
  readonly database?: string | undefined;
}) => `postgres://${FIRST}:${password}@127.0.0.1:${port}/${database}`;

/** A client of the server. When the server stops, it closes the connection, and the next statement fails. */
export async function clientOf(address: string): Promise<Client> {
  const client = new Client({ connectionString: address });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** A server on a free loopback port. It is not durable. It ends with this process, even if that is killed. */
export async function startPostgres(
  programs: string,
  { options = [] }: { readonly options?: readonly string[] } = {},
): Promise<{ url: string; pid: number; stop: () => void }> {
  const folder = serverFolder();
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const password = newPassword();
  const port = await freePort();
  try {
    await makeCluster(programs, folder, password);
  } catch (error) {
    removeFolder();
    throw new Error(`the throwaway PostgreSQL got no cluster (${programs})`, { cause: error });
  }
  const notDurable = ['--fsync=off', '--synchronous-commit=off', '--full-page-writes=off'];
  const [command, args] = leashed(join(programs, 'postgres'), [...serverOptions(folder, port), ...notDurable, ...options], STOP);
  const server = spawn(command, args, { ...serverUser(), cwd: folder, stdio: 'ignore' });
  const stop = () => {
    server.kill(STOP);
    removeFolder();
  };
  process.once('exit', stop);
  const url = addressOf({ port, password });
  for (let tries = 0; ; tries++) {
    try {
      const client = await clientOf(url);
      await client.end();
      return { url, pid: server.pid ?? 0, stop };
    } catch (error) {
      if (tries > 400 || server.exitCode !== null) {
        stop();
        throw new Error(`the throwaway PostgreSQL did not start (${programs})`, { cause: error });
      }
      await sleep(25);
    }
  }
}
