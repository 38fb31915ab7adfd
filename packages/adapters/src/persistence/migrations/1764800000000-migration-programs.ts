import type { MigrationInterface, QueryRunner } from 'typeorm';
import { recordOldestProgram } from './program-versions.ts';
import { inDialect } from './texts.ts';

/** For each migration, the oldest program that can use the tables after it. */
export class MigrationPrograms1764800000000 implements MigrationInterface {
  readonly name = 'MigrationPrograms1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(inDialect(runner, TEXTS));
    await recordOldestProgram(runner, this.name, '0.1.0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS migration_programs');
  }
}

const TEXTS = {
  mysql: `CREATE TABLE IF NOT EXISTS migration_programs (
  migration varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  oldest_program varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
  sqlite: `CREATE TABLE IF NOT EXISTS migration_programs (
  migration varchar(255) NOT NULL PRIMARY KEY,
  oldest_program varchar(32) NOT NULL
)`,
  postgres: `CREATE TABLE IF NOT EXISTS migration_programs (
  migration varchar(255) COLLATE "C" NOT NULL PRIMARY KEY,
  oldest_program varchar(32) COLLATE "C" NOT NULL
)`,
};
