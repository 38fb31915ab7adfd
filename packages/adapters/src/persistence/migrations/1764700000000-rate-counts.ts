import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Registrations are counted as failed logins are: one table for both. What failed in the last minutes is forgotten on the way. */
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

/** By a hash of what is counted: neither e-mails nor addresses are kept. */
async function createCounts(runner: QueryRunner, table: string, column: string): Promise<void> {
  const mysql = runner.dataSource.options.type !== 'better-sqlite3';
  const index = `idx_${table}_ends_at`;
  await runner.query(`CREATE TABLE IF NOT EXISTS ${table} (
  subject_hash ${mysql ? 'varchar(64) CHARACTER SET ascii COLLATE ascii_bin' : 'varchar(64)'} NOT NULL PRIMARY KEY,
  ${column} ${mysql ? 'int' : 'integer'} NOT NULL,
  ends_at datetime(3) NOT NULL${mysql ? `,\n  INDEX ${index} (ends_at)` : ''}
)${mysql ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci' : ''}`);
  if (!mysql) await runner.query(`CREATE INDEX IF NOT EXISTS ${index} ON ${table} (ends_at)`);
}
