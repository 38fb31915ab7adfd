import type { MigrationInterface, QueryRunner } from 'typeorm';
import { recordOldestProgram } from './program-versions.ts';
import { inDialect } from './texts.ts';
import { areMadeWithUsers } from './without-accounts.ts';

/**
 * Adds the version by which a client makes a change conditional (If-Match). An older program does not write the column. Its new rows get
 * version 1, and its edits do not raise the version.
 */
export class RowVersions1765300000000 implements MigrationInterface {
  readonly name = 'RowVersions1765300000000';

  async up(runner: QueryRunner): Promise<void> {
    await recordOldestProgram(runner, this.name, '0.1.0');
    const { tables, int } = inDialect(runner, TEXTS);
    // A column may already exist, because the migration can run again after a failure.
    const done: readonly { readonly name: string }[] = await runner.query(tables);
    for (const table of await tablesOf(runner)) {
      if (!done.some(({ name }) => name === table)) await runner.query(`ALTER TABLE ${table} ADD COLUMN version ${int} NOT NULL DEFAULT 1`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of await tablesOf(runner)) await runner.query(`ALTER TABLE ${table} DROP COLUMN version`);
  }
}

const tablesOf = async (runner: QueryRunner): Promise<readonly string[]> => [
  ...((await areMadeWithUsers(runner)) ? ['users'] : []),
  ...['events', 'bookings'],
];

/** `tables` gives the tables that already have the column. */
const TEXTS = {
  mysql: {
    tables: "SELECT table_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name = 'version'",
    int: 'int',
  },
  sqlite: {
    tables:
      "SELECT tables.name AS name FROM sqlite_master tables JOIN pragma_table_info(tables.name) columns WHERE tables.type = 'table' AND columns.name = 'version'",
    int: 'integer',
  },
  postgres: {
    tables: "SELECT table_name AS name FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'version'",
    int: 'integer',
  },
};
