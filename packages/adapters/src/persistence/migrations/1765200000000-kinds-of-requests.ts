import type { MigrationInterface, QueryRunner } from 'typeorm';
import { recordOldestProgram } from './program-versions.ts';
import { inDialect } from './texts.ts';

/** Adds the kind of request for which a key was used. The key is refused for another kind. An older program does not write the column. */
export class KindsOfRequests1765200000000 implements MigrationInterface {
  readonly name = 'KindsOfRequests1765200000000';

  async up(runner: QueryRunner): Promise<void> {
    await recordOldestProgram(runner, this.name, '0.1.0');
    const { columns, add } = inDialect(runner, TEXTS);
    // The column may already exist, because the migration can run again after a failure.
    const rows: { readonly name: string }[] = await runner.query(columns);
    if (!rows.some(({ name }) => name === 'kind')) await runner.query(add);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE idempotency_keys DROP COLUMN kind');
  }
}

const TEXTS = {
  mysql: {
    columns: "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'idempotency_keys'",
    add: 'ALTER TABLE idempotency_keys ADD COLUMN kind varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL',
  },
  sqlite: {
    columns: "SELECT name FROM pragma_table_info('idempotency_keys')",
    add: 'ALTER TABLE idempotency_keys ADD COLUMN kind varchar(32)',
  },
  postgres: {
    columns: "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 'idempotency_keys'",
    add: 'ALTER TABLE idempotency_keys ADD COLUMN kind varchar(32) COLLATE "C"',
  },
};
