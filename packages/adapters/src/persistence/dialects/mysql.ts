import { errnoOf } from '../database-errors.ts';
import type { MySqlConfig } from './config.ts';
import type { Dialect } from './dialect.ts';
import { addressOf } from './mysql-config.ts';
import { errors } from './mysql-errors.ts';
import { openMySql } from './mysql-open.ts';
import { sendTogether } from './mysql-packet.ts';
import { poolOfSize } from './mysql-pool.ts';
import { copiesOf } from './mysql-tools.ts';
import { weaknessesOfServer } from './mysql-walls.ts';
import { behindInWords, bookedByEach, insertsBy, insertsNewBy, updateByCases, utcText } from './sql.ts';

const NOW = 'CURRENT_TIMESTAMP(3)';
/** ER_NOT_SUPPORTED_YET */
const NOT_SUPPORTED = 1235;

/** MySQL and MariaDB, one server or Galera. */
export const mysql = (config: MySqlConfig): Dialect => ({
  address: `${addressOf(config)}/${config.database}`,
  open: (opening) => openMySql(config, opening),
  // With two lanes MariaDB works on one transaction while the other waits for its commit.
  capabilities: { lanes: 2, batchMs: undefined, readsAreLatest: false },
  pool: poolOfSize(config.poolSize),
  errors,

  begin: 'START TRANSACTION',
  commit: (runner) => runner.query('COMMIT'),
  send: sendTogether,
  rowLock: 'pessimistic_write',

  version: 'version()',
  now: NOW,
  ago: (milliseconds) => ({ sql: `${NOW} - INTERVAL ? SECOND`, parameter: milliseconds / 1000 }),
  date: utcText,
  insertMany: insertsBy({ now: NOW, sizeOf: (rows) => rows }),
  updateMany: updateByCases,
  insertNew: insertsNewBy(errors),
  // MySQL assigns from left to right.
  onDuplicate: () => ({ set: 'ON DUPLICATE KEY UPDATE', stored: (column) => column }),
  listOf: (items) => items,
  // MariaDB needs this hint. Otherwise, for a later page of a user's bookings, it also reads all earlier ones.
  indexed: (table, index) => `${table} FORCE INDEX (${index})`,
  behind: behindInWords,
  // MySQL does not use the index for a list of pairs.
  bookedBy: bookedByEach,

  migrationLock: {
    take: `SELECT GET_LOCK(CONCAT('ticket-migrations-', DATABASE()), 30)`,
    release: `SELECT RELEASE_LOCK(CONCAT('ticket-migrations-', DATABASE()))`,
    isRefused: (error) => errnoOf(error) === NOT_SUPPORTED, // some releases of MariaDB refuse the lock on Galera
  },
  weaknesses: (ask) => weaknessesOfServer(ask, NOW),
  copies: copiesOf(config),
});
