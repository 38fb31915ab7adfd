import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first answers under idempotency keys. No foreign keys: an answer may outlive what it tells of. */
export class IdempotencyKeys1764500000000 implements MigrationInterface {
  readonly name = 'IdempotencyKeys1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    const mysql = runner.dataSource.options.type !== 'better-sqlite3';
    const ascii = (length: number) => (mysql ? `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin` : `varchar(${length})`);
    const text = mysql ? 'text CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci' : 'text';
    const index = 'idx_idempotency_keys_kept_at';
    await runner.query(`CREATE TABLE IF NOT EXISTS idempotency_keys (
  owner ${ascii(36)} NOT NULL,
  idempotency_key ${ascii(255)} NOT NULL,
  fingerprint ${ascii(64)} NOT NULL,
  answer ${text} NOT NULL,
  kept_at datetime(3) NOT NULL,
  PRIMARY KEY (owner, idempotency_key)${mysql ? `,\n  INDEX ${index} (kept_at)` : ''}
)${mysql ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci' : ''}`);
    if (!mysql) await runner.query(`CREATE INDEX IF NOT EXISTS ${index} ON idempotency_keys (kept_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS idempotency_keys');
  }
}
