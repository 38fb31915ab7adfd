import type { MigrationInterface, QueryRunner } from 'typeorm';
import { recordOldestProgram } from './program-versions.ts';
import { inDialect } from './texts.ts';

/** A row for every transaction whose outcome a client learns (commit-mark.ts). It is found and deleted by its id, so it needs no other index. */
export class Commits1764900000000 implements MigrationInterface {
  readonly name = 'Commits1764900000000';

  async up(runner: QueryRunner): Promise<void> {
    await recordOldestProgram(runner, this.name, '0.1.0');
    await runner.query(inDialect(runner, TEXTS));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS commits');
  }
}

const TEXTS = {
  mysql: `CREATE TABLE IF NOT EXISTS commits (
  id varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  attempt int NOT NULL,
  at datetime(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
  sqlite: `CREATE TABLE IF NOT EXISTS commits (
  id varchar(36) NOT NULL PRIMARY KEY,
  attempt integer NOT NULL,
  at datetime(3) NOT NULL
) WITHOUT ROWID`,
  postgres: `CREATE TABLE IF NOT EXISTS commits (
  id varchar(36) COLLATE "C" NOT NULL PRIMARY KEY,
  attempt integer NOT NULL,
  at timestamptz(3) NOT NULL
)`,
};
