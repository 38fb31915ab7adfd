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

/** The engines that this run has. globalSetup reports the missing ones. */
export const engines: readonly Engine[] = askedEngines().filter((engine) => engine === 'sqlite' || urls[engine] !== undefined);

/** An empty database for one test. */
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

/** The differences: a PostgreSQL server has one character set for all databases, and drops no database that is in use. */
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

/** The environment variables that tell an app where the database is. */
export function environmentOf(config: DatabaseConfig): Record<string, string> {
  if (config.engine === 'sqlite') return { DATA_DIR: config.folder };
  const { engine, host, port, user, password, database } = config;
  return { DB_TYPE: engine, DB_HOST: host, DB_PORT: String(port), DB_USER: user, DB_PASSWORD: password, DB_NAME: database };
}

/** Engines that run as servers, which other programs may reach too. */
export const servers = engines.filter((engine) => engine !== 'sqlite');

/** The time this many seconds ago by the database's clock, as SQL. */
export const secondsAgo = (engine: Engine, seconds: number): string =>
  ({
    sqlite: `strftime('%Y-%m-%d %H:%M:%f', 'now', '-${seconds} seconds')`,
    mysql: `CURRENT_TIMESTAMP(3) - INTERVAL ${seconds} SECOND`,
    postgres: `clock_timestamp() - INTERVAL '${seconds} seconds'`,
  })[engine];
