import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { errnoOf, messageOf } from '../database-errors.ts';
import { isDestroyable } from '../tries.ts';
import { StaleRow } from '../writing.ts';
import { isUpToDate, migrationsIn, type Readable } from './program-versions.ts';

/** ER_NOT_SUPPORTED_YET */
const NOT_SUPPORTED = 1235;

export async function migrate(source: DataSource): Promise<void> {
  if (source.options.type === 'better-sqlite3') {
    await source.runMigrations();
    return;
  }
  // Two processes that start at once: the second waits here. (On Galera the lock is the node's own; there the retry serves.)
  const guard = source.createQueryRunner();
  try {
    // Nothing to do, nothing to be allowed: a server may run as a user who cannot change tables.
    if (await isUpToDate(source, latestOf(guard))) return;
    await guard.query(`SELECT GET_LOCK(CONCAT('ticket-migrations-', DATABASE()), 30)`).catch((error: unknown) => {
      if (errnoOf(error) !== NOT_SUPPORTED) throw error; // some releases of MariaDB refuse it on Galera
    });
    const [latest, plain] = [await migrationsIn(latestOf(guard)), await migrationsIn(guard)];
    // TypeORM reads plainly what is done: from a replica that lags it would write it down once more.
    if (plain.length < latest.length) throw new StaleRow('a replica does not show all migrations yet');
    if (await isUpToDate(source, latestOf(guard))) return;
    // On the guard's own connection: TypeORM leaks the one that it takes itself when a migration fails, and each retry would cost another.
    const executor = new MigrationExecutor(source, guard);
    executor.transaction = 'each';
    await executor.executePendingMigrations();
  } finally {
    await guard.query(`SELECT RELEASE_LOCK(CONCAT('ticket-migrations-', DATABASE()))`).catch(() => undefined);
    // A splitter may have sent that elsewhere: the lock goes with its connection, or the next try would wait for it.
    const connection: unknown = await guard.connect().catch(() => undefined);
    if (isDestroyable(connection)) connection.destroy();
    await guard.release();
  }
}

/** The same connection, read in a transaction: a splitter sends that where writes go. */
const latestOf = (runner: QueryRunner): Readable => ({
  query: async (sql) => {
    await runner.query('START TRANSACTION');
    try {
      return await runner.query(sql);
    } finally {
      await runner.query('ROLLBACK');
    }
  },
});

/** Another process made the table, the column, the key or the row first. */
export function isRacedMigration(error: unknown): boolean {
  return [1050, 1060, 1061, 1062].some((errno) => errno === errnoOf(error)) || /already exists/.test(messageOf(error));
}
