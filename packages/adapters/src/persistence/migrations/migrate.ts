import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { StartFault } from '../../start-fault.ts';
import { messageOf } from '../database-errors.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { Accounts } from '../schemas.ts';
import { StaleRow } from '../statement.ts';
import { isUpToDate, migrationsIn, type Readable, requireAccounts } from './program-versions.ts';

export async function migrate(source: DataSource, dialect: Dialect, accounts: Accounts): Promise<void> {
  const requireFitting = async () => accounts === 'ours' && requireAccounts(source, dialect);
  await requireFitting();
  await runMigrations(source, dialect);
  await requireFitting(); // another process may have created the tables meanwhile
}

async function runMigrations(source: DataSource, dialect: Dialect): Promise<void> {
  const { migrationLock: lock, pool } = dialect;
  if (lock === undefined) return runUnderWriteLock(source, dialect);
  // If two processes start at once, the second waits here. In a cluster each node has its own lock. There a conflict makes the migration run again.
  const guard = source.createQueryRunner();
  try {
    // If nothing has to be migrated, no right is needed, so the database user may have no right to change tables.
    if (await isUpToDate(source, dialect, latestOf(guard))) return;
    await guard.query(lock.take).catch((error: unknown) => {
      if (!lock.isRefused(error)) throw error;
    });
    const [latest, plain] = [await migrationsIn(latestOf(guard), dialect), await migrationsIn(guard, dialect)];
    // TypeORM reads the table of migrations with a plain read. From a replica that lags, it would run migrations a second time.
    if (plain.length < latest.length) throw new StaleRow('a replica does not show all migrations yet');
    if (await isUpToDate(source, dialect, latestOf(guard))) return;
    // The migrations use the guard's connection. TypeORM would take its own one, and would not release it if a migration fails, so each retry would
    // lose a connection.
    const executor = new MigrationExecutor(source, guard);
    executor.transaction = 'each';
    await executor.executePendingMigrations();
  } finally {
    await guard.query(lock.release).catch(() => undefined);
    // A read/write splitter may have sent the release to another server. So the connection is closed, which ends the lock. Otherwise the next try
    // would wait for it.
    const connection: unknown = await guard.connect().catch(() => undefined);
    pool?.giveUp(connection);
    await guard.release();
  }
}

/**
 * Runs each migration in a transaction that begins with the write lock. If another process has the lock, it throws, and the next try starts
 * here again. TypeORM's own loop counts a transaction as open even if BEGIN failed. Its next try would run the migrations without a
 * transaction: a statement that then fails keeps an old snapshot, and every later write is refused.
 */
async function runUnderWriteLock(source: DataSource, dialect: Dialect): Promise<void> {
  const runner = source.createQueryRunner();
  const executor = new MigrationExecutor(source, runner);
  await runner.beforeMigration(); // foreign keys can only be switched off outside a transaction
  try {
    while (!(await isUpToDate(source, dialect))) {
      await runner.query(dialect.begin);
      try {
        const [next] = await executor.getPendingMigrations(); // another process may have run it before the lock was free
        if (next !== undefined) await executor.executeMigration(next);
        await runner.query('COMMIT');
      } catch (error) {
        await runner.query('ROLLBACK').catch(() => undefined); // the engine may have rolled back by itself
        throw error;
      }
    }
  } finally {
    await runner.afterMigration();
  }
}

/** Reads on the same connection in a transaction, which a read/write splitter sends to the primary. */
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

const WHAT_IS_DONE_STAYS = 'Earlier migrations stay done. Correct the cause. The next start, or ticketctl migrate, then continues after them.';

/** The fault of a start that cannot create or read the tables, in words for operators. */
export function faultOfTables(error: unknown, { address, errors }: Dialect, { makes }: { readonly makes: boolean }): StartFault {
  const then = makes ? WHAT_IS_DONE_STAYS : 'Nothing was changed.';
  return new StartFault(
    `The tables at ${address} could not be ${makes ? 'brought up to date' : 'read'}: ${messageOf(error)}. ${
      errors.isDamaged(error) ? 'Restore a backup with: ticketctl restore FILE' : then
    }`,
  );
}
