import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engines, freshDatabase } from '../../../../../tests/engines.ts';
import { Database } from '../database.ts';
import type { DatabaseConfig } from '../dialects/config.ts';
import { openSqlite, SQLITE_FILE } from '../dialects/sqlite-open.ts';
import { OneTreeATable1765000000000 } from './1765000000000-one-tree-a-table.ts';
import { migrations } from './index.ts';

/** A start is tried again for three seconds. The lock is held for less, and for more than one try. */
const HELD_MS = 400;

let config: Extract<DatabaseConfig, { engine: 'sqlite' }>;
let drop: () => Promise<void>;
let other: Libsql.Database | undefined;
beforeEach(async () => {
  const fresh = await freshDatabase('sqlite');
  if (fresh.config.engine !== 'sqlite') throw new Error('that is not SQLite');
  config = fresh.config;
  drop = fresh.drop;
});
afterEach(() => {
  other?.close();
  return drop();
});

/** The tables as they are before this migration and all later ones. */
async function stopBefore(first: string): Promise<void> {
  const { writer, close } = await openSqlite(config.folder);
  await writer.runMigrations();
  while ((await writer.query('SELECT name FROM migrations WHERE name >= ?', [first])).length > 0) await writer.undoLastMigration();
  await close();
}

/** Another process has the write lock, and stores what these statements say. */
function begin(...statements: readonly string[]): Libsql.Database {
  other = new Libsql(`${config.folder}/${SQLITE_FILE}`);
  other.exec('PRAGMA journal_mode = WAL');
  // TypeORM makes this table first, outside a transaction.
  other.exec(
    'CREATE TABLE IF NOT EXISTS migrations (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, timestamp bigint NOT NULL, name varchar NOT NULL)',
  );
  for (const statement of ['BEGIN IMMEDIATE', ...statements]) other.exec(statement);
  return other;
}

/** What becomes of a start while the other process has the lock. */
async function startBeside(process: Libsql.Database): Promise<string> {
  const database = new Database(config);
  const connecting = database.connect().then(
    () => 'connected',
    (error: Error) => error.message,
  );
  await new Promise((resolve) => setTimeout(resolve, HELD_MS));
  process.exec('COMMIT');
  const told = await connecting;
  await database.close();
  return told;
}

describe.runIf(engines.includes('sqlite'))('a start on SQLite while another process has the write lock', () => {
  it.each([
    ['no table is there yet', undefined],
    ['some migrations are done', new OneTreeATable1765000000000().name],
  ])('waits for it: %s', async (_, first) => {
    if (first !== undefined) await stopBefore(first);
    const process = begin('CREATE TABLE meanwhile (id integer)');
    expect(await startBeside(process)).toBe('connected');
    expect(process.prepare('SELECT name FROM migrations').all()).toHaveLength(migrations.length);
  });

  it('runs each migration in a transaction all the same: one that fails in the middle leaves nothing', async () => {
    // The second migration makes a table, and then an index that has this name.
    const process = begin('CREATE TABLE idx_idempotency_keys_kept_at (id integer)');
    expect(await startBeside(process)).toMatch(/could not be brought up to date.*idx_idempotency_keys_kept_at/);
    const names = process.prepare("SELECT name FROM sqlite_master WHERE name IN ('events', 'idempotency_keys')").all();
    expect(names).toEqual([{ name: 'events' }]);
  });
});
