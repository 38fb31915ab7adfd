import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { inject } from 'vitest';
import type { DatabaseConfig } from '../packages/adapters/src/persistence/dialects/config.ts';

export type Engine = 'sqlite' | 'mysql';

const mysqlUrl = inject('mysqlUrl');

/** The engines that this run has; globalSetup has said which one is missing. */
export const engines: readonly Engine[] = mysqlUrl === undefined ? ['sqlite'] : ['sqlite', 'mysql'];

/** An empty database of the test's own. */
export async function freshDatabase(engine: Engine): Promise<{ config: DatabaseConfig; drop: () => Promise<void> }> {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-sqlite-'));
    return { config: { engine, folder }, drop: async () => rmSync(folder, { recursive: true, force: true }) };
  }
  const { hostname, port, username, password } = serverUrl();
  const name = `ticket_test_${randomBytes(8).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const server = { host: hostname, port: Number(port || 3306), user: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { config: { engine, ...server, database: name, poolSize: 10 }, drop: () => onServer(`DROP DATABASE ${name}`) };
}

export function serverUrl(): URL {
  if (mysqlUrl === undefined) throw new Error('this run has no MySQL server');
  return new URL(mysqlUrl);
}

async function onServer(sql: string): Promise<void> {
  const connection = await createConnection(serverUrl().href);
  await connection.query(sql);
  await connection.end();
}
