import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counts of failed logins, by a hash of what they have in common: never in the rows of users, which logging in does not write. */
export class FailedLogins1764600000000 implements MigrationInterface {
  readonly name = 'FailedLogins1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    const mysql = runner.dataSource.options.type !== 'better-sqlite3';
    const index = 'idx_failed_logins_ends_at';
    await runner.query(`CREATE TABLE IF NOT EXISTS failed_logins (
  subject_hash ${mysql ? 'varchar(64) CHARACTER SET ascii COLLATE ascii_bin' : 'varchar(64)'} NOT NULL PRIMARY KEY,
  failures ${mysql ? 'int' : 'integer'} NOT NULL,
  ends_at datetime(3) NOT NULL${mysql ? `,\n  INDEX ${index} (ends_at)` : ''}
)${mysql ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci' : ''}`);
    if (!mysql) await runner.query(`CREATE INDEX IF NOT EXISTS ${index} ON failed_logins (ends_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS failed_logins');
  }
}
