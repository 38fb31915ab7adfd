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
  // There is one writer. SQLite answers in microtasks, except for COMMIT. Without a pause the process would read no other requests, and each batch
  // would have one decision.
  capabilities: { lanes: 1, batchMs: BATCH_MS, readsAreLatest: true },
  // TypeORM has one connection to the file, so a second transaction at the same time would run inside the first.
  pool: undefined,
  errors,

  // This takes the write lock at once. If a transaction reads first and another process then writes, it can no longer write.
  begin: 'BEGIN IMMEDIATE',
  commit: (runner, connection) => (connection instanceof LibsqlConnection ? connection.commit() : runner.query('COMMIT')),
  send: sendOneByOne,
  rowLock: undefined,

  version: 'sqlite_version()',
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
  // SQLite does not use the index for an OR of several events.
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

/** TypeORM caches compiled statements by their text. With sizes that are powers of two, few texts are enough for any number of rows. */
function powerOfTwoIn(rows: number): number {
  return Math.min(64, 2 ** Math.floor(Math.log2(rows)));
}
