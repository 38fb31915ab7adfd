import type { MigrationInterface, QueryRunner } from 'typeorm';
import { recordOldestProgram } from './program-versions.ts';

/** A row for every transaction whose outcome somebody is told (commit-mark.ts). It needs no other index: it is found and swept by its id. */
export class Commits1764900000000 implements MigrationInterface {
  readonly name = 'Commits1764900000000';

  async up(runner: QueryRunner): Promise<void> {
    await recordOldestProgram(runner, this.name, '0.1.0');
    const mysql = runner.dataSource.options.type !== 'better-sqlite3';
    await runner.query(`CREATE TABLE IF NOT EXISTS commits (
  id ${mysql ? 'varchar(36) CHARACTER SET ascii COLLATE ascii_bin' : 'varchar(36)'} NOT NULL PRIMARY KEY,
  attempt ${mysql ? 'int' : 'integer'} NOT NULL,
  at datetime(3) NOT NULL
)${mysql ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci' : ' WITHOUT ROWID'}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS commits');
  }
}
