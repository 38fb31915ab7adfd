import type { MigrationInterface, QueryRunner } from 'typeorm';
import { indexEvents } from '../event-words.ts';
import { recordOldestProgram } from './program-versions.ts';
import { inDialect } from './texts.ts';

/**
 * What the filters and orders of lists need (docs/decisions/0047-an-index-for-each-filter.md). The engine itself computes `is_available`, so
 * it is right whatever program sells. Its index changes only when an event sells out, or has tickets again. The program writes the keys of
 * names and the words, because each engine folds letters in its own way. This migration writes them for existing events.
 */
export class Lists1765400000000 implements MigrationInterface {
  readonly name = 'Lists1765400000000';

  async up(runner: QueryRunner): Promise<void> {
    await recordOldestProgram(runner, this.name, '0.1.0');
    const { createWords, nameKey, isAvailable, indexes } = inDialect(runner, TEXTS);
    // A part may exist already, because the migration can run again after a failure.
    const changes = [
      ...((await runner.hasColumn('events', 'name_key')) ? [] : [`ADD COLUMN name_key ${nameKey}`]),
      ...((await runner.hasColumn('events', 'is_available')) ? [] : [`ADD COLUMN is_available ${isAvailable}`]),
    ];
    for (const change of changes) await runner.query(`ALTER TABLE events ${change}`);
    const existing = await namesIn(runner, indexes);
    for (const [name, columns] of INDEXES) if (!existing.has(name)) await runner.query(`CREATE INDEX ${name} ON events (${columns})`);
    for (const statement of createWords) await runner.query(statement);
    await indexEvents(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { dropIndex, indexes } = inDialect(runner, TEXTS);
    await runner.query('DROP TABLE IF EXISTS event_words');
    const existing = await namesIn(runner, indexes);
    for (const [name] of INDEXES) if (existing.has(name)) await runner.query(dropIndex(name));
    for (const column of ['is_available', 'name_key'])
      if (await runner.hasColumn('events', column)) await runner.query(`ALTER TABLE events DROP COLUMN ${column}`);
  }
}

const INDEXES = [
  ['idx_events_available', 'is_available, event_date, id'],
  ['idx_events_name_key', 'name_key, id'],
  ['idx_events_ticket_price', 'ticket_price_cents, id'],
  ['idx_events_updated_at', 'updatedAt, id'],
] as const;

async function namesIn(runner: QueryRunner, query: string): Promise<ReadonlySet<string>> {
  const rows: { readonly name: string }[] = await runner.query(query);
  return new Set(rows.map(({ name }) => name));
}

const IS_AVAILABLE = 'GENERATED ALWAYS AS (CASE WHEN available_tickets > 0 THEN 1 ELSE 0 END)';
const TEXTS = {
  mysql: {
    nameKey: "varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT ''",
    isAvailable: `int ${IS_AVAILABLE} STORED`,
    dropIndex: (name: string) => `DROP INDEX ${name} ON events`,
    indexes: "SELECT DISTINCT index_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 'events'",
    createWords: [
      `CREATE TABLE IF NOT EXISTS event_words (
  event_id varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  word varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (event_id, word),
  INDEX idx_event_words_word (word, event_id),
  CONSTRAINT \`fk_event_words_event\` FOREIGN KEY (\`event_id\`) REFERENCES \`events\` (\`id\`) ON DELETE CASCADE ON UPDATE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
    ],
  },
  sqlite: {
    nameKey: "varchar(255) NOT NULL DEFAULT ''",
    isAvailable: `integer ${IS_AVAILABLE} VIRTUAL`,
    dropIndex: (name: string) => `DROP INDEX ${name}`,
    indexes: "SELECT name FROM pragma_index_list('events')",
    createWords: [
      `CREATE TABLE IF NOT EXISTS event_words (
  event_id varchar(36) NOT NULL,
  word varchar(32) NOT NULL,
  PRIMARY KEY (event_id, word),
  CONSTRAINT "fk_event_words_event" FOREIGN KEY ("event_id") REFERENCES "events" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
) WITHOUT ROWID`,
      'CREATE INDEX IF NOT EXISTS idx_event_words_word ON event_words (word, event_id)',
    ],
  },
  postgres: {
    nameKey: `varchar(255) COLLATE "C" NOT NULL DEFAULT ''`,
    isAvailable: `integer ${IS_AVAILABLE} STORED`,
    dropIndex: (name: string) => `DROP INDEX ${name}`,
    indexes: "SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'events'",
    createWords: [
      `CREATE TABLE IF NOT EXISTS event_words (
  event_id varchar(36) COLLATE "C" NOT NULL,
  word varchar(32) COLLATE "C" NOT NULL,
  PRIMARY KEY (event_id, word),
  CONSTRAINT "fk_event_words_event" FOREIGN KEY ("event_id") REFERENCES "events" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
)`,
      'CREATE INDEX IF NOT EXISTS idx_event_words_word ON event_words (word, event_id)',
    ],
  },
};
