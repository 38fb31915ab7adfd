import type { DataSource, QueryRunner } from 'typeorm';
import { PROGRAM_VERSION } from '../../program-version.ts';
import { StartFault } from '../../start-fault.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { WITHOUT_ACCOUNTS } from './without-accounts.ts';

/**
 * Records the oldest program that can use the tables after a migration. It is the first line of every migration from 1764800000000 on. It
 * runs before the tables change, so no change exists without its record. A migration that only adds something lets older programs run, so
 * that old and new servers work together during a rolling upgrade.
 */
export async function recordOldestProgram(runner: QueryRunner, migration: string, version: string): Promise<void> {
  await runner.query('DELETE FROM migration_programs WHERE migration = ?', [migration]);
  await runner.query('INSERT INTO migration_programs (migration, oldest_program) VALUES (?, ?)', [migration, version]);
}

/**
 * Stops a program that is too old for the tables. It looks at the migrations that the program does not know. Each of them must have a
 * record that allows this program.
 */
export async function requireProgramNewEnough(source: DataSource, dialect: Dialect): Promise<void> {
  const done = await rowsOf<{ name: string }>(source, dialect, 'SELECT name FROM migrations');
  const known = new Set(source.migrations.map((migration) => migration.name ?? migration.constructor.name));
  const unknown = done.map(({ name }) => name).filter((name) => !known.has(name) && name !== WITHOUT_ACCOUNTS);
  if (unknown.length === 0) return;
  const recorded = await rowsOf<{ migration: string; oldest: string }>(
    source,
    dialect,
    'SELECT migration, oldest_program AS oldest FROM migration_programs',
  );
  const oldest = new Map(recorded.map((row) => [row.migration, row.oldest]));
  for (const name of unknown) {
    const version = oldest.get(name);
    if (version !== undefined && isAtLeast(PROGRAM_VERSION, version)) continue;
    throw new StartFault(
      `The tables at ${dialect.address} were made by a newer program: ${name} needs version ${version ?? 'unknown'} or newer, and this is ${PROGRAM_VERSION}. Nothing was changed. Start the newer one, or restore a backup from before it.`,
    );
  }
}

/**
 * Stops a program with accounts on tables that were created without accounts, because these tables would accept bookings of users who do
 * not exist.
 */
export async function requireAccounts(source: DataSource, dialect: Dialect): Promise<void> {
  if (!(await migrationsIn(source, dialect)).includes(WITHOUT_ACCOUNTS)) return;
  throw new StartFault(
    `The tables at ${dialect.address} were made without accounts: they have no users, and no foreign keys to them. Nothing was changed. Is it the right database? Then open it without accounts: createPlatformWithoutAccounts.`,
  );
}

/** Compares two versions of three numbers. Any other text counts as newer than every version. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [have, need] = [version, wanted].map((text) => /^(\d+)\.(\d+)\.(\d+)(?![\d.])/.exec(text)?.slice(1).map(Number));
  if (have === undefined || need === undefined) return false;
  const differs = have.findIndex((number, index) => number !== need[index]);
  return differs === -1 || (have[differs] ?? 0) > (need[differs] ?? 0);
}

/** Something that runs a query, such as a connection. */
export interface Readable {
  // biome-ignore lint/suspicious/noExplicitAny: TypeORM's own type
  query(sql: string): Promise<any>;
}

async function rowsOf<Row>(source: Readable, { errors }: Dialect, sql: string): Promise<Row[]> {
  return source.query(sql).catch((error: unknown) => {
    if (errors.isMissingTable(error)) return [];
    throw error;
  });
}

/** The names of the migrations that have run. */
export const migrationsIn = async (from: Readable, dialect: Dialect): Promise<readonly string[]> =>
  (await rowsOf<{ name: string }>(from, dialect, 'SELECT name FROM migrations')).map(({ name }) => name);

/** Whether every migration that this program knows has run. */
export async function isUpToDate(source: DataSource, dialect: Dialect, from: Readable = source): Promise<boolean> {
  const done = new Set(await migrationsIn(from, dialect));
  return source.migrations.every((migration) => done.has(migration.name ?? migration.constructor.name));
}
