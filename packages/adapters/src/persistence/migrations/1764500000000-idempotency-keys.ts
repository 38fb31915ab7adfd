import type { MigrationInterface, QueryRunner } from 'typeorm';
import { inDialect } from './texts.ts';

/** The first answers under idempotency keys. The table has no foreign keys, because an answer may stay after its row is deleted. */
export class IdempotencyKeys1764500000000 implements MigrationInterface {
  readonly name = 'IdempotencyKeys1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of inDialect(runner, TEXTS)) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS idempotency_keys');
  }
}

const TEXTS = {
  mysql: [
    `CREATE TABLE IF NOT EXISTS idempotency_keys (
  owner varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  idempotency_key varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  fingerprint varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  answer text CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  kept_at datetime(3) NOT NULL,
  PRIMARY KEY (owner, idempotency_key),
  INDEX idx_idempotency_keys_kept_at (kept_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
  ],
  sqlite: [
    `CREATE TABLE IF NOT EXISTS idempotency_keys (
  owner varchar(36) NOT NULL,
  idempotency_key varchar(255) NOT NULL,
  fingerprint varchar(64) NOT NULL,
  answer text NOT NULL,
  kept_at datetime(3) NOT NULL,
  PRIMARY KEY (owner, idempotency_key)
)`,
    'CREATE INDEX IF NOT EXISTS idx_idempotency_keys_kept_at ON idempotency_keys (kept_at)',
  ],
  postgres: [
    `CREATE TABLE IF NOT EXISTS idempotency_keys (
  owner varchar(36) COLLATE "C" NOT NULL,
  idempotency_key varchar(255) COLLATE "C" NOT NULL,
  fingerprint varchar(64) COLLATE "C" NOT NULL,
  answer text NOT NULL,
  kept_at timestamptz(3) NOT NULL,
  PRIMARY KEY (owner, idempotency_key)
)`,
    'CREATE INDEX IF NOT EXISTS idx_idempotency_keys_kept_at ON idempotency_keys (kept_at)',
  ],
};
