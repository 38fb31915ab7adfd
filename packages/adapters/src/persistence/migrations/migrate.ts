import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import type { Dialect } from '../dialects/dialect.ts';
import { StaleRow } from '../statement.ts';
import { isUpToDate, migrationsIn, type Readable } from './program-versions.ts';

export async function migrate(source: DataSource, dialect: Dialect): Promise<void> {
  const { migrationLock: lock, pool } = dialect;
  if (lock === undefined) {
    await source.runMigrations();
    return;
  }
  // Two processes that start at once: the second waits here. (On a cluster the lock is the node's own; there the retry serves.)
  const guard = source.createQueryRunner();
  try {
    // Nothing to do, nothing to be allowed: a server may run as a user who cannot change tables.
    if (await isUpToDate(source, dialect, latestOf(guard))) return;
    await guard.query(lock.take).catch((error: unknown) => {
      if (!lock.isRefused(error)) throw error;
    });
    const [latest, plain] = [await migrationsIn(latestOf(guard), dialect), await migrationsIn(guard, dialect)];
    // TypeORM reads plainly what is done: from a replica that lags it would write it down once more.
    if (plain.length < latest.length) throw new StaleRow('a replica does not show all migrations yet');
    if (await isUpToDate(source, dialect, latestOf(guard))) return;
    // On the guard's own connection: TypeORM leaks the one that it takes itself when a migration fails, and each retry would cost another.
    const executor = new MigrationExecutor(source, guard);
    executor.transaction = 'each';
    await executor.executePendingMigrations();
  } finally {
    await guard.query(lock.release).catch(() => undefined);
    // A splitter may have sent that elsewhere: the lock goes with its connection, or the next try would wait for it.
    const connection: unknown = await guard.connect().catch(() => undefined);
    pool?.giveUp(connection);
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
