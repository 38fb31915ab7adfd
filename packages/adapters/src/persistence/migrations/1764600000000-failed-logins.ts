import type { MigrationInterface, QueryRunner } from 'typeorm';
import { inDialect } from './texts.ts';

/** Counts of failed logins, by a hash of their subject. They are not in the rows of users, because a login does not write those. */
export class FailedLogins1764600000000 implements MigrationInterface {
  readonly name = 'FailedLogins1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of inDialect(runner, TEXTS)) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS failed_logins');
  }
}

const TEXTS = {
  mysql: [
    `CREATE TABLE IF NOT EXISTS failed_logins (
  subject_hash varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  failures int NOT NULL,
  ends_at datetime(3) NOT NULL,
  INDEX idx_failed_logins_ends_at (ends_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
  ],
  sqlite: [
    `CREATE TABLE IF NOT EXISTS failed_logins (
  subject_hash varchar(64) NOT NULL PRIMARY KEY,
  failures integer NOT NULL,
  ends_at datetime(3) NOT NULL
)`,
    'CREATE INDEX IF NOT EXISTS idx_failed_logins_ends_at ON failed_logins (ends_at)',
  ],
  postgres: [
    `CREATE TABLE IF NOT EXISTS failed_logins (
  subject_hash varchar(64) COLLATE "C" NOT NULL PRIMARY KEY,
  failures integer NOT NULL,
  ends_at timestamptz(3) NOT NULL
)`,
    'CREATE INDEX IF NOT EXISTS idx_failed_logins_ends_at ON failed_logins (ends_at)',
  ],
};
