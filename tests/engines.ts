import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { inject } from 'vitest';
import type { DatabaseConfig } from '../packages/adapters/src/persistence/dialects/config.ts';
import { askedEngines, type Engine, type ServedEngine } from './engine-names.ts';
import { clientOf } from './postgres.ts';

export type { Engine, ServedEngine } from './engine-names.ts';

const urls = { mysql: inject('mysqlUrl'), postgres: inject('postgresUrl') };

/** The engines that this run has; globalSetup has said which one is missing. */
export const engines: readonly Engine[] = askedEngines().filter((engine) => engine === 'sqlite' || urls[engine] !== undefined);

/** An empty database of the test's own. */
export async function freshDatabase(engine: Engine): Promise<{ config: DatabaseConfig; drop: () => Promise<void> }> {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-sqlite-'));
    return { config: { engine, folder }, drop: async () => rmSync(folder, { recursive: true, force: true }) };
  }
  const { hostname, port, username, password } = serverUrl(engine);
  const name = `ticket_test_${randomBytes(8).toString('hex')}`;
  const { defaultPort, characters } = OF[engine];
  await onServer(engine, `CREATE DATABASE ${name}${characters}`);
  const server = { host: hostname, port: Number(port || defaultPort), user: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { config: { engine, ...server, database: name, poolSize: 10 }, drop: () => dropDatabase(engine, name) };
}

export const dropDatabase = (engine: ServedEngine, name: string): Promise<void> => onServer(engine, `DROP DATABASE ${name}${OF[engine].force}`);

/** What differs: a PostgreSQL server has one set of characters for all, and drops no database that is in use. */
const OF = {
  mysql: { defaultPort: 3306, characters: ' CHARACTER SET utf8mb4', force: '' },
  postgres: { defaultPort: 5432, characters: '', force: ' WITH (FORCE)' },
} as const;

export function serverUrl(engine: ServedEngine): URL {
  const url = urls[engine];
  if (url === undefined) throw new Error(`this run has no server of ${engine}`);
  return new URL(url);
}

async function onServer(engine: ServedEngine, sql: string): Promise<void> {
  const { href } = serverUrl(engine);
  const connection: { query(sql: string): Promise<unknown>; end(): Promise<void> } = await (engine === 'mysql'
    ? createConnection(href)
    : clientOf(href));
  await connection.query(sql);
  await connection.end();
}

/** What an app is told of where it is. */
export function environmentOf(config: DatabaseConfig): Record<string, string> {
  if (config.engine === 'sqlite') return { DATA_DIR: config.folder };
  const { engine, host, port, user, password, database } = config;
  return { DB_TYPE: engine, DB_HOST: host, DB_PORT: String(port), DB_USER: user, DB_PASSWORD: password, DB_NAME: database };
}

/** Those that run as servers, which others may reach too. */
export const servers = engines.filter((engine) => engine !== 'sqlite');

/** A moment so long ago by the database's clock, as a statement of the engine has it. */
export const secondsAgo = (engine: Engine, seconds: number): string =>
  ({
    sqlite: `strftime('%Y-%m-%d %H:%M:%f', 'now', '-${seconds} seconds')`,
    mysql: `CURRENT_TIMESTAMP(3) - INTERVAL ${seconds} SECOND`,
    postgres: `clock_timestamp() - INTERVAL '${seconds} seconds'`,
  })[engine];
