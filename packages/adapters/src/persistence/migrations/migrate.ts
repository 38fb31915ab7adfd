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
  await requireFitting(); // another process may have made the tables meanwhile
}

async function runMigrations(source: DataSource, dialect: Dialect): Promise<void> {
  const { migrationLock: lock, pool } = dialect;
  if (lock === undefined) {
    await source.runMigrations();
    return;
  }
  // Two processes that start at once: the second waits here. (On a cluster the lock is the node's own; there the retry serves.)
  const guard = source.createQueryRunner();
  try {
    // With nothing to migrate no right is needed: a server may run as a user who cannot change tables.
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

const WHAT_IS_DONE_STAYS = 'Migrations that were done before it stay. Once that is mended, the next start or tickets migrate goes on after them.';

/** Faults that stop a start that cannot make or read the tables, in words for operators. */
export function faultOfTables(error: unknown, { address, errors }: Dialect, { makes }: { readonly makes: boolean }): StartFault {
  const then = makes ? WHAT_IS_DONE_STAYS : 'Nothing was changed.';
  return new StartFault(
    `The tables at ${address} could not be ${makes ? 'brought up to date' : 'read'}: ${messageOf(error)}. ${
      errors.isDamaged(error) ? 'Put a backup in its place with: tickets restore FILE' : then
    }`,
  );
}
