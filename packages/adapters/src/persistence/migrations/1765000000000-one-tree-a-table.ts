import type { MigrationInterface, QueryRunner } from 'typeorm';
import { recordOldestProgram } from './program-versions.ts';
import { inDialect } from './texts.ts';

/**
 * SQLite stores rows in a B-tree by their rowid, and a primary key of text in a second B-tree. So a booking and its ledger line each wrote
 * one more page in every COMMIT. WITHOUT ROWID, the rows are in the B-tree of the primary key, as in InnoDB.
 */
export class OneTreeATable1765000000000 implements MigrationInterface {
  readonly name = 'OneTreeATable1765000000000';

  async up(runner: QueryRunner): Promise<void> {
    await recordOldestProgram(runner, this.name, '0.1.0');
    for (const table of inDialect(runner, TABLES)) await rebuild(runner, table, ' WITHOUT ROWID');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of inDialect(runner, TABLES)) await rebuild(runner, table, '');
  }
}

/** MySQL always stores tables in this way. PostgreSQL cannot. */
const TABLES = { mysql: [], sqlite: ['bookings', 'stock_movements'], postgres: [] };

/**
 * Rebuilds a table with the same columns, rules and indexes, which it reads from the database itself. No other table has foreign keys to
 * these two.
 */
async function rebuild(runner: QueryRunner, table: string, ending: string): Promise<void> {
  const parts: { name: string; sql: string }[] = await runner.query(
    'SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC',
    [table],
  );
  const [made, ...indexes] = parts;
  if (made === undefined) throw new Error(`no table ${table}`);
  await runner.query(`ALTER TABLE ${table} RENAME TO ${table}_before`);
  for (const { name } of indexes) await runner.query(`DROP INDEX ${name}`);
  await runner.query(made.sql.replace(/\)[^)]*$/, `)${ending}`));
  await runner.query(`INSERT INTO ${table} SELECT * FROM ${table}_before ORDER BY ${table === 'bookings' ? 'id' : 'event_id, stock_version'}`);
  await runner.query(`DROP TABLE ${table}_before`);
  for (const { sql } of indexes) await runner.query(sql);
}
