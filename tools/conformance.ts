// Tries the laws of the kit on our stores and servers, and keeps what was proved: `npm run conformance`, after `npm run build`. Results are in conformance/, the page in docs/.
// With `-- --postgres 18` it tries PostgreSQL 18 alone, on the server of TEST_POSTGRES_URL, and keeps the results of all other stores.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { main } from '../packages/kit/src/cli.ts';
import { startServers } from '../tests/throwaway-servers.ts';
import { conformancePage } from './conformance-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'conformance');
mkdirSync(folder, { recursive: true });
const { postgres: version } = parseArgs({ options: { postgres: { type: 'string' } } }).values;
if (version !== undefined) process.env['TEST_ENGINES'] = 'postgres';
const { mysqlUrl, postgresUrl, stop } = await startServers();
try {
  if (version === undefined) await triedAll();
  else await triedPostgres(`postgres-${await requireVersion(version)}`);
} finally {
  stop();
}
const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
writeFileSync(join(root, 'docs/conformance.md'), conformancePage(reports));

async function triedAll(): Promise<void> {
  await tried('memory', 'memory');
  await tried('sqlite', 'sqlite:');
  await tried('mariadb', mysqlUrl && new URL('/information_schema', mysqlUrl).href);
  await triedByHttp('sqlite', {});
  await triedByHttp('mariadb', { DATABASE_URL: await databaseOn(mysqlUrl) });
  await triedPostgres('postgres');
}

async function triedPostgres(name: string): Promise<void> {
  await tried(name, postgresUrl && new URL('/postgres', postgresUrl).href);
  await triedByHttp(name, { DATABASE_URL: await databaseOn(postgresUrl) });
}

/** A report has to be about the version that its name says. */
async function requireVersion(wanted: string): Promise<string> {
  if (postgresUrl === undefined) throw new Error('this machine has no PostgreSQL');
  const { rows } = await onPostgres(postgresUrl, 'SHOW server_version');
  const found = String(rows[0]?.server_version);
  if (found.split('.')[0] !== wanted) throw new Error(`PostgreSQL ${wanted} is to be tried, and the server has ${found}`);
  return wanted;
}

async function tried(name: string, store: string | undefined): Promise<void> {
  if (store === undefined) throw new Error(`this machine has no server for ${name}`);
  await report(name, [store, '--level', 'accounts', '--seconds', '20', '--timeout', '60000']);
}

/** Two servers on one database, from outside. */
async function triedByHttp(name: string, env: Readonly<Record<string, string>>): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'ticket-conformance-'));
  const servers: ChildProcess[] = [];
  const start = async (): Promise<string> => {
    const child = spawn(process.execPath, [join(root, 'apps/http/dist/main.js')], {
      cwd: data,
      env: { PATH: process.env['PATH'] ?? '', DATA_DIR: data, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    servers.push(child);
    for await (const line of createInterface({ input: child.stdout })) {
      const [, url] = /listens on (http:\/\/[^\s,"]+)/.exec(line) ?? [];
      if (url !== undefined) return url;
    }
    throw new Error('the server ended before it listened');
  };
  try {
    await report(`http-${name}`, ['--url', await start(), '--url', await start(), '--seconds', '20']);
  } finally {
    for (const child of servers) child.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  }
}

async function databaseOn(server: string | undefined): Promise<string> {
  if (server === undefined) throw new Error('this machine lacks a database server');
  const statement = 'CREATE DATABASE conformance';
  if (server.startsWith('mysql')) {
    const connection = await createConnection(server);
    await connection.query(`${statement} CHARACTER SET utf8mb4`);
    await connection.end();
  } else {
    await onPostgres(server, statement);
  }
  return new URL('/conformance', server).href;
}

async function onPostgres(server: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client(new URL('/postgres', server).href);
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}

async function report(name: string, args: readonly string[]): Promise<void> {
  const file = join(folder, `${name}.json`);
  if ((await main(['prove', ...args, '--seed', '20261128', '--report', file])) !== 0) process.exitCode = 1;
  // The address of a throwaway server says nothing to a reader.
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"store": ".*"/, `"store": "${name}"`));
}
