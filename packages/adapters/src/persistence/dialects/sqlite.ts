import type { SqliteConfig } from './config.ts';
import type { Dialect } from './dialect.ts';
import { behindInWords, bookedByEach, filledUp, insertsBy, insertsNewBy, sendOneByOne, updateByCases, utcText } from './sql.ts';
import { backUp } from './sqlite-backup.ts';
import { LibsqlConnection } from './sqlite-connection.ts';
import { errors } from './sqlite-errors.ts';
import { openSqlite } from './sqlite-open.ts';
import { restore } from './sqlite-restore.ts';
import { weaknessesOfWriter } from './sqlite-walls.ts';

const NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')";
/** SQLite runs inside this process, which serves nobody else during a batch. */
const BATCH_MS = 8;

/** One file, through libsql, in this process. */
export const sqlite = (config: SqliteConfig): Dialect => ({
  address: config.folder,
  open: (opening) => openSqlite(config.folder, opening),
  // It has one writer. It answers in microtasks, except for COMMIT: without a pause nothing else would be read, and batches would stay at one.
  capabilities: { lanes: 1, batchMs: BATCH_MS, readsAreLatest: true },
  // TypeORM has one connection to it: a second transaction begun meanwhile would run inside the first.
  pool: undefined,
  errors,

  // The write lock at once: what reads first and writes later cannot be saved once another process wrote in between.
  begin: 'BEGIN IMMEDIATE',
  commit: (runner, connection) => (connection instanceof LibsqlConnection ? connection.commit() : runner.query('COMMIT')),
  send: sendOneByOne,
  rowLock: undefined,

  now: NOW,
  ago: (milliseconds) => ({ sql: "strftime('%Y-%m-%d %H:%M:%f', 'now', ?)", parameter: `${-milliseconds / 1000} seconds` }),
  date: utcText,
  insertMany: insertsBy({ now: NOW, sizeOf: powerOfTwoIn }),
  updateMany: updateByCases,
  insertNew: insertsNewBy(errors),
  onDuplicate: (_, key) => ({ set: `ON CONFLICT (${key}) DO UPDATE SET`, stored: (column) => column }),
  listOf: filledUp,
  indexed: (table) => table,
  behind: behindInWords,
  // It does not find an OR of several events in the index.
  bookedBy: (owners) =>
    owners.every(({ eventId }) => eventId === owners[0]?.eventId)
      ? bookedByEach(owners)
      : {
          sql: `(event_id, user_id) IN (VALUES ${owners.map(() => '(?, ?)').join(', ')})`,
          parameters: owners.flatMap(({ eventId, userId }) => [eventId, userId]),
        },

  migrationLock: undefined,
  weaknesses: (ask) => weaknessesOfWriter(ask, NOW),
  copies: { backUp: (to) => backUp(config, to), restore: (from, restoring) => restore(config, from, restoring) },
});

/** TypeORM keeps compiled statements by their text: with sizes of a power of two, few texts serve every number of rows. */
function powerOfTwoIn(rows: number): number {
  return Math.min(64, 2 ** Math.floor(Math.log2(rows)));
}
