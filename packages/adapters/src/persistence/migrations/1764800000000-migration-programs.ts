import type { MigrationInterface, QueryRunner } from 'typeorm';
import { recordOldestProgram } from './program-versions.ts';

/** Which program is the oldest that can run on what a migration leaves. */
export class MigrationPrograms1764800000000 implements MigrationInterface {
  readonly name = 'MigrationPrograms1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    const mysql = runner.dataSource.options.type !== 'better-sqlite3';
    const ascii = (length: number) => (mysql ? `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin` : `varchar(${length})`);
    await runner.query(`CREATE TABLE IF NOT EXISTS migration_programs (
  migration ${ascii(255)} NOT NULL PRIMARY KEY,
  oldest_program ${ascii(32)} NOT NULL
)${mysql ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci' : ''}`);
    await recordOldestProgram(runner, this.name, '0.1.0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS migration_programs');
  }
}
