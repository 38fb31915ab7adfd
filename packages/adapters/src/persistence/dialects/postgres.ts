import type { PostgresConfig } from './config.ts';
import type { Dialect } from './dialect.ts';
import { errors } from './postgres-errors.ts';
import { openPostgres } from './postgres-open.ts';
import { poolOfSize } from './postgres-pool.ts';
import { dateText, insertMany, insertNew, NOW, sendPipelined, updateMany } from './postgres-statements.ts';
import { addressOf, copiesOf } from './postgres-tools.ts';
import { weaknessesOfServer } from './postgres-walls.ts';
import { filledUp } from './sql.ts';

/** PostgreSQL 14 or newer, one primary. */
export const postgres = (config: PostgresConfig): Dialect => ({
  address: `${addressOf(config)}/${config.database}`,
  open: (opening) => openPostgres(config, opening),
  // Two transactions keep it busy while one waits for its commit.
  capabilities: { lanes: 2, batchMs: undefined, readsAreLatest: false },
  pool: poolOfSize(config.poolSize),
  errors,

  // It does not say READ WRITE, because an operator who sets a server read-only wants it.
  begin: 'START TRANSACTION ISOLATION LEVEL READ COMMITTED',
  // The connection checks the command tag: postgres-client.ts.
  commit: (runner) => runner.query('COMMIT'),
  send: sendPipelined,
  // Foreign-key checks of other transactions do not wait for this lock. For FOR UPDATE they would.
  rowLock: 'for_no_key_update',

  version: "current_setting('server_version')",
  now: NOW,
  ago: (milliseconds) => ({ sql: `${NOW} - ? * INTERVAL '1 millisecond'`, parameter: milliseconds }),
  date: dateText,
  insertMany,
  updateMany,
  insertNew,
  onDuplicate: (table, key) => ({ set: `ON CONFLICT (${key}) DO UPDATE SET`, stored: (column) => `${table}.${column}` }),
  listOf: filledUp,
  indexed: (table) => table,
  behind: ({ at, id }, columns) => ({
    sql: `(${columns.moment}, ${columns.id}) ${columns.direction === 'ASC' ? '>' : '<'} (?, ?)`,
    parameters: [at, id],
  }),
  // For an OR of several events, PostgreSQL would use the index on users only.
  bookedBy: (owners) => ({
    sql: '(event_id, user_id) IN (SELECT * FROM unnest(?::varchar[], ?::varchar[]))',
    parameters: [owners.map(({ eventId }) => eventId), owners.map(({ userId }) => userId)],
  }),

  migrationLock: {
    // The wait for this lock is long, because migrations take longer than statements of a sale.
    take: `SELECT set_config('lock_timeout', '30s', false), set_config('statement_timeout', '0', false), pg_advisory_lock(hashtextextended('ticket-migrations', 0))`,
    release: `SELECT pg_advisory_unlock(hashtextextended('ticket-migrations', 0))`,
    isRefused: () => false,
  },
  weaknesses: weaknessesOfServer,
  copies: copiesOf(config),
});
