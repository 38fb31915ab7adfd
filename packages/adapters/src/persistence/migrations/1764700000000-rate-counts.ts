import type { MigrationInterface, QueryRunner } from 'typeorm';
import { inDialect } from './texts.ts';

/** Registrations and failed logins are counted in one table. The counts of the last minutes are lost in this migration. */
export class RateCounts1764700000000 implements MigrationInterface {
  readonly name = 'RateCounts1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await createCounts(runner, 'rate_counts', 'counted');
    await runner.query('DROP TABLE IF EXISTS failed_logins');
  }

  async down(runner: QueryRunner): Promise<void> {
    await createCounts(runner, 'failed_logins', 'failures');
    await runner.query('DROP TABLE IF EXISTS rate_counts');
  }
}

/** The key is a hash of the subject, so the table has no e-mails and no addresses. */
async function createCounts(runner: QueryRunner, table: string, column: string): Promise<void> {
  for (const statement of inDialect(runner, textsOf(table, column))) await runner.query(statement);
}

const textsOf = (table: string, column: string) => ({
  mysql: [
    `CREATE TABLE IF NOT EXISTS ${table} (
  subject_hash varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  ${column} int NOT NULL,
  ends_at datetime(3) NOT NULL,
  INDEX idx_${table}_ends_at (ends_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
  ],
  sqlite: [
    `CREATE TABLE IF NOT EXISTS ${table} (
  subject_hash varchar(64) NOT NULL PRIMARY KEY,
  ${column} integer NOT NULL,
  ends_at datetime(3) NOT NULL
)`,
    `CREATE INDEX IF NOT EXISTS idx_${table}_ends_at ON ${table} (ends_at)`,
  ],
  postgres: [
    `CREATE TABLE IF NOT EXISTS ${table} (
  subject_hash varchar(64) COLLATE "C" NOT NULL PRIMARY KEY,
  ${column} integer NOT NULL,
  ends_at timestamptz(3) NOT NULL
)`,
    `CREATE INDEX IF NOT EXISTS idx_${table}_ends_at ON ${table} (ends_at)`,
  ],
});
