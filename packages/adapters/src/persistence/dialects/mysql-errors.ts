import type { WritesRefused } from '../../measures.ts';
import { classifierBy, type ErrorClass, errnoOf, messageOf } from '../database-errors.ts';
import type { ErrorRules } from './dialect.ts';

/**
 * Errors are classified by number, because mysql2 gives MariaDB's 4025 the name of another error. Sources: the error lists of MySQL,
 * MariaDB and TiDB.
 */
const BY_NUMBER: Readonly<Record<number, ErrorClass>> = {
  1213: 'rolled_back', // deadlock; on Galera also a lost certification, at any statement or COMMIT
  1205: 'rolled_back', // lock wait timeout: rolls back the statement alone, so ROLLBACK comes first
  1020: 'rolled_back', // MariaDB: record has changed since last read (innodb_snapshot_isolation)
  3572: 'rolled_back', // MySQL: NOWAIT and the row is locked
  3101: 'rolled_back', // group replication: rolled back at commit
  9007: 'rolled_back', // TiDB: write conflict
  8002: 'rolled_back', // TiDB: FOR UPDATE conflict at commit
  8022: 'rolled_back', // TiDB: commit failed and was rolled back
  8028: 'rolled_back', // TiDB: schema changed under the transaction
  1969: 'rolled_back', // MariaDB: max_statement_time exceeded
  3024: 'rolled_back', // MySQL: max_execution_time exceeded
  1040: 'not_started', // too many connections
  1203: 'not_started', // too many connections of this user
  1226: 'not_started', // the user's connection budget is spent
  1047: 'wrong_server', // Galera: the node is not part of a primary component
  1053: 'wrong_server', // server shutdown in progress
  1290: 'wrong_server', // read_only
  1792: 'wrong_server', // a read-only transaction, though ours are not
  1836: 'wrong_server', // read-only mode
  3098: 'wrong_server', // group replication: the table cannot be replicated from here
  3100: 'wrong_server', // group replication: this member refuses the transaction
  1158: 'connection_lost', // the server could not read from the connection
  1159: 'connection_lost',
  1160: 'connection_lost', // … or not write to it
  1161: 'connection_lost',
  1317: 'connection_lost', // somebody killed the statement
  1927: 'connection_lost', // MariaDB: somebody killed the connection
  2006: 'connection_lost',
  2013: 'connection_lost',
  2055: 'connection_lost',
  3159: 'connection_lost', // MySQL: the connection must be encrypted; a new one may be
  3168: 'connection_lost', // MySQL: the server is not available
  4031: 'connection_lost', // MySQL: disconnected for being idle
  1062: 'duplicate',
  1586: 'duplicate',
  1451: 'referenced',
  1452: 'referenced',
  1021: 'unwritable', // the disk is full
  1114: 'unwritable', // the table is full
  1044: 'denied', // no right to the database
  1045: 'denied', // wrong password
  1049: 'denied', // unknown database: somebody dropped it
  1142: 'denied', // no right to this statement on the table
  1143: 'denied', // … on the column
  1227: 'denied', // a privilege is missing
  1698: 'denied', // this way to log in is closed
};

/** A CHECK refused a row: MySQL's number and MariaDB's. */
const BROKEN_CHECK = [3819, 4025];

/** Faults of our own code: such a statement fails on every server, at any time. */
const BUGS: ReadonlySet<number> = new Set([
  ...[1048, 1052, 1054, 1060, 1064, 1065, 1066, 1109, 1110, 1111, 1136, 1146, 1149], // names, syntax, NULL in a column that allows none
  ...[1193, 1210, 1231, 1232, 1241, 1242, 1247, 1250, 1267, 1271, 1305, 1318, 1364, 1582, 1583, 1584, 1630], // wrong use of a function or a variable
  ...[1264, 1265, 1292, 1365, 1366, 1367, 1406, 1411, 1690], // a value that does not fit its column
  ...BROKEN_CHECK,
]);

const BY_CODE: Readonly<Record<string, ErrorClass>> = {
  PROTOCOL_CONNECTION_LOST: 'connection_lost',
  SETTING_REFUSED: 'not_started', // mysql-pool.ts
  HANDSHAKE_SSL_ERROR: 'not_started', // both happen before mysql2 sends the password
  HANDSHAKE_NO_SSL_SUPPORT: 'not_started',
  AUTH_SWITCH_PLUGIN_ERROR: 'denied', // mysql2 does not know how this user logs in
};

const classify = classifierBy({
  ofNumber: (errno) => BY_NUMBER[errno] ?? (BUGS.has(errno) ? 'bug' : 'unforeseen'),
  ofCode: (code) => BY_CODE[code],
  // mysql2 gives these neither a number nor a code.
  ofWords: (message) => {
    if (/closed state|connection is closed|Pool is closed/i.test(message)) return 'connection_lost';
    return /Queue limit reached/.test(message) ? 'not_started' : undefined;
  },
});

/** Errors which mean that COMMIT rolled back. */
const ROLLED_BACK_AT_COMMIT: ReadonlySet<unknown> = new Set([1213, 1020, 3101, 9007, 8002, 8022, 8028]);
/**
 * Why a server refuses writes. Errors that are not listed mean read-only. A server that shuts down gets undefined, because reads will soon
 * fail too.
 */
const WHY_REFUSED: ReadonlyMap<unknown, WritesRefused | undefined> = new Map([
  [1047, 'no_quorum'],
  [1053, undefined],
]);
const NO_SUCH_TABLE = 1146;
/** A table, a column, a key or a row that already exists. */
const ALREADY_THERE: ReadonlySet<unknown> = new Set([1050, 1060, 1061, 1062]);

export const errors: ErrorRules = {
  classify,
  isKnownRollback: (error) => ROLLED_BACK_AT_COMMIT.has(errnoOf(error)),
  whyRefused: (error) => {
    if (classify(error) === 'unwritable') return 'no_room';
    return WHY_REFUSED.has(errnoOf(error)) ? WHY_REFUSED.get(errnoOf(error)) : 'read_only';
  },
  isBrokenCheck: (error) => BROKEN_CHECK.some((errno) => errno === errnoOf(error)),
  isMissingTable: (error) => errnoOf(error) === NO_SUCH_TABLE,
  isRacedMigration: (error) => ALREADY_THERE.has(errnoOf(error)) || /already exists/.test(messageOf(error)),
  isDamaged: () => false,
};
