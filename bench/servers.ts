import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Schema } from './data.ts';
import type { DatabaseServer } from './database.ts';
import { openSqliteStore, type Store } from './store.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(root, 'apps/cli/dist/main.js');
const REFERENCE = join(root, 'bench/reference/server.js');
const RAW = join(root, 'bench/raw/server.ts');

/** What `npm start` gives to node: the environment, options for V8, and the program. */
const { environment, v8Options, ours } = startLine();
function startLine(): { environment: Readonly<Record<string, string>>; v8Options: readonly string[]; ours: string } {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [, threads, options, program] = /^exec env UV_THREADPOOL_SIZE=\S+:-(\d+)\} node (.+) (\S+)$/.exec(scripts['start'] ?? '') ?? [];
  if (threads === undefined || options === undefined || program === undefined) throw new Error('npm start is not "exec env … node …" any more');
  return { environment: { UV_THREADPOOL_SIZE: threads }, v8Options: options.split(' '), ours: join(root, program) };
}

export const SECRET = 'the-secret-of-the-benchmark-nobody-elses-0123456789';

/**
 * The servers that are measured:
 *
 * `ours`, `ours-two` (two processes on one database) and `reference` run on MariaDB.
 *
 * `ours-postgres` runs on PostgreSQL, `ours-sqlite` on the embedded engine.
 *
 * `ours-binlog` and `reference-binlog` run on a MariaDB with a durable binary log.
 *
 * `tuned` is the reference with settings that few would know, and with our V8 option.
 *
 * `raw` is mysql2 alone with our statements (raw/server.ts).
 */
export type Kind = 'ours' | 'ours-binlog' | 'ours-postgres' | 'ours-sqlite' | 'ours-two' | 'reference' | 'reference-binlog' | 'tuned' | 'raw';

/** A server on an empty database of its own. */
export interface Server {
  readonly kind: Kind;
  readonly schema: Schema;
  readonly origins: readonly string[];
  readonly pids: readonly number[];
  readonly database: DatabaseServer | undefined;
  readonly store: Store;
  /** Runs our command line on the same database. */
  readonly cli: (...args: readonly string[]) => { readonly child: ChildProcess; readonly output: () => string };
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** The database servers of a run. */
export interface Databases {
  readonly mariaDb: DatabaseServer;
  readonly mariaDbWithBinaryLog: DatabaseServer;
  readonly postgres: DatabaseServer;
}
function databaseOf(kind: Kind, { mariaDb, mariaDbWithBinaryLog, postgres }: Databases): DatabaseServer | undefined {
  if (kind === 'ours-sqlite') return undefined;
  if (kind === 'ours-postgres') return postgres;
  return kind === 'ours-binlog' || kind === 'reference-binlog' ? mariaDbWithBinaryLog : mariaDb;
}

export async function startServer(kind: Kind, databases: Databases, nodeArgs: readonly string[] = []): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'ticket-bench-'));
  const database = databaseOf(kind, databases);
  const name = (await database?.create()) ?? '';
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    PORT: '0',
    JWT_SECRET: SECRET,
    DATA_DIR: folder,
    ...database?.environmentOf(name),
  };
  const launch = (args: readonly string[], more: Record<string, string> = {}) => start([...nodeArgs, ...args], { ...env, ...more }, folder);
  const servers: Started[] = [];
  // The raw program uses our tables, so our command line creates them.
  if (kind === 'raw') await ended(start([CLI, 'migrate'], env, folder).child);
  for (let n = 0; n < (kind === 'ours-two' ? 2 : 1); n++) {
    if (kind === 'reference' || kind === 'reference-binlog') servers.push(launch([REFERENCE], { NODE_ENV: 'production' }));
    else if (kind === 'tuned') servers.push(launch([...v8Options, REFERENCE], { NODE_ENV: 'production', TUNED: 'yes' }));
    else if (kind === 'raw') servers.push(launch([...v8Options, '--import', import.meta.resolve('tsx'), RAW]));
    else servers.push(launch([...v8Options, ours], environment));
  }
  const origins = await Promise.all(servers.map((server) => server.listening));
  const store = (await database?.openStore(name)) ?? openSqliteStore(folder);
  return {
    kind,
    schema: kind.startsWith('reference') || kind === 'tuned' ? 'reference' : 'ours',
    origins,
    pids: servers.map(({ child }) => child.pid ?? 0),
    database,
    store,
    cli: (...args) => start([CLI, ...args], env, folder),
    output: () => servers.map((server) => server.output()).join(''),
    stop: async () => {
      await store.close();
      for (const { child } of servers) child.kill('SIGTERM');
      await Promise.all(servers.map(({ child }) => Promise.race([ended(child), sleep(3000).then(() => child.kill('SIGKILL'))])));
      await database?.drop(name);
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

interface Started {
  readonly child: ChildProcess;
  readonly listening: Promise<string>;
  readonly output: () => string;
}

function start(args: readonly string[], env: Record<string, string>, cwd: string): Started {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  let output = '';
  const listening = new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      if (output.length < 100_000) output += chunk;
      const url = /listens on (http:\/\/[^\s,]+)/.exec(output)?.[1];
      if (url !== undefined) resolve(url.replace('localhost', '127.0.0.1'));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}:\n${output}`)));
  });
  listening.catch(() => undefined); // commands that end by themselves never listen
  return { child, listening, output: () => output };
}

export const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', (code) => resolve(code)));

/** Builds what changed, and installs the reference from its own lock. */
export function prepare(): void {
  run(['node', join(root, 'tools/build-when-needed.mjs')], root);
  const folder = join(root, 'bench/reference');
  if (!existsSync(join(folder, 'node_modules/.package-lock.json'))) run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
}

function run([program = '', ...args]: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 180_000 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} in ${cwd}:\n${stdout}${stderr}`);
}
