import type { MigrationInterface, QueryRunner } from 'typeorm';
import { indexUsers } from '../reindex.ts';
import { recordOldestProgram } from './program-versions.ts';
import { inDialect } from './texts.ts';
import { areMadeWithUsers } from './without-accounts.ts';

/** What the filters of the list of users need. One index for the role replaces another, because both begin with it. */
export class ListsOfUsers1765500000000 implements MigrationInterface {
  readonly name = 'ListsOfUsers1765500000000';

  async up(runner: QueryRunner): Promise<void> {
    await recordOldestProgram(runner, this.name, '0.1.0');
    if (!(await areMadeWithUsers(runner))) return;
    const { createWords } = inDialect(runner, TEXTS);
    await haveIndexes(runner, ADDED, REMOVED);
    for (const statement of createWords) await runner.query(statement);
    await indexUsers(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    if (!(await areMadeWithUsers(runner))) return;
    await runner.query('DROP TABLE IF EXISTS user_words');
    await haveIndexes(runner, REMOVED, ADDED);
  }
}

type Indexes = Readonly<Record<string, string>>;
const ADDED: Indexes = { idx_users_role_created_at: 'role, createdAt, id', idx_users_updated_at: 'updatedAt, id' };
const REMOVED: Indexes = { idx_users_role: 'role, id' };

/** An index may be there or gone already, because the migration can run again after a failure. */
async function haveIndexes(runner: QueryRunner, wanted: Indexes, unwanted: Indexes): Promise<void> {
  const { dropIndex, indexes } = inDialect(runner, TEXTS);
  const rows: { readonly name: string }[] = await runner.query(indexes);
  const existing = new Set(rows.map(({ name }) => name));
  for (const [name, columns] of Object.entries(wanted)) if (!existing.has(name)) await runner.query(`CREATE INDEX ${name} ON users (${columns})`);
  for (const name of Object.keys(unwanted)) if (existing.has(name)) await runner.query(dropIndex(name));
}

const TEXTS = {
  mysql: {
    dropIndex: (name: string) => `DROP INDEX ${name} ON users`,
    indexes: "SELECT DISTINCT index_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 'users'",
    createWords: [
      `CREATE TABLE IF NOT EXISTS user_words (
  user_id varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  word varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (user_id, word),
  INDEX idx_user_words_word (word, user_id),
  CONSTRAINT \`fk_user_words_user\` FOREIGN KEY (\`user_id\`) REFERENCES \`users\` (\`id\`) ON DELETE CASCADE ON UPDATE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
    ],
  },
  sqlite: {
    dropIndex: (name: string) => `DROP INDEX ${name}`,
    indexes: "SELECT name FROM pragma_index_list('users')",
    createWords: [
      `CREATE TABLE IF NOT EXISTS user_words (
  user_id varchar(36) NOT NULL,
  word varchar(32) NOT NULL,
  PRIMARY KEY (user_id, word),
  CONSTRAINT "fk_user_words_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
) WITHOUT ROWID`,
      'CREATE INDEX IF NOT EXISTS idx_user_words_word ON user_words (word, user_id)',
    ],
  },
  postgres: {
    dropIndex: (name: string) => `DROP INDEX ${name}`,
    indexes: "SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'users'",
    createWords: [
      `CREATE TABLE IF NOT EXISTS user_words (
  user_id varchar(36) COLLATE "C" NOT NULL,
  word varchar(32) COLLATE "C" NOT NULL,
  PRIMARY KEY (user_id, word),
  CONSTRAINT "fk_user_words_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
)`,
      'CREATE INDEX IF NOT EXISTS idx_user_words_word ON user_words (word, user_id)',
    ],
  },
};
