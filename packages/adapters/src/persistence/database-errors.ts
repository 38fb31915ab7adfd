import { Unavailable } from '@ticket/domain';

/**
 * What a failure of the database means for the statement it stopped. Told by number, not by name: mysql2 names MariaDB's
 * 4025 after another error. Sources: MySQL and MariaDB error lists, TiDB's error codes, SQLite's result codes.
 *
 * The default is the safe side. A failure that no list here names is `unforeseen`: before COMMIT nothing is stored, at COMMIT
 * nobody knows (see `isKnownRollback`). Only our own faults are bugs.
 */
export type ErrorClass =
  /** The transaction is rolled back, or can be: run all of it again. */
  | 'rolled_back'
  /** Nothing was begun: wait, then run. */
  | 'not_started'
  /** This server takes no writes now, or soon nothing. Another one behind the same name may: give the connection up, then run. */
  | 'wrong_server'
  /** The connection is gone, and with it whatever was not committed. */
  | 'connection_lost'
  /** No room to write, or a read-only file; nothing was stored. */
  | 'unwritable'
  /** The file is not where it was opened; nothing was begun, and only a person can help. */
  | 'moved'
  /** The disk failed. At COMMIT the log may hold the transaction all the same, and a restart find it. */
  | 'disk_failed'
  /** The server's user may not do it, or may no longer connect; nothing was stored. */
  | 'denied'
  | 'duplicate'
  | 'referenced'
  /** Our statement, our values or our tables are wrong. */
  | 'bug'
  /** The database failed in a way that nobody foresaw here. */
  | 'unforeseen';

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

/** Ours: no other server and no later time makes such a statement right. */
const BUGS: ReadonlySet<number> = new Set([
  ...[1048, 1052, 1054, 1060, 1064, 1065, 1066, 1109, 1110, 1111, 1136, 1146, 1149], // names, syntax, NULL in a column without
  ...[1193, 1210, 1231, 1232, 1241, 1242, 1247, 1250, 1267, 1271, 1305, 1318, 1364, 1582, 1583, 1584, 1630], // wrong use of a function or a variable
  ...[1264, 1265, 1292, 1365, 1366, 1367, 1406, 1411, 1690], // a value that does not fit its column
  ...[3819, 4025], // a CHECK that does not hold
]);

const BY_CODE: Readonly<Record<string, ErrorClass>> = {
  ECONNREFUSED: 'not_started',
  ENOTFOUND: 'not_started',
  EAI_AGAIN: 'not_started',
  EHOSTUNREACH: 'not_started',
  ENETUNREACH: 'not_started',
  ETIMEDOUT: 'not_started', // mysql2 says it of connecting; our own limit of a try is PROTOCOL_SEQUENCE_TIMEOUT
  PROTOCOL_CONNECTION_LOST: 'connection_lost',
  PROTOCOL_SEQUENCE_TIMEOUT: 'connection_lost',
  ECONNRESET: 'connection_lost',
  EPIPE: 'connection_lost',
  SETTING_REFUSED: 'not_started', // mysql.ts
  HANDSHAKE_SSL_ERROR: 'not_started', // mysql2 says both before it sends the password
  HANDSHAKE_NO_SSL_SUPPORT: 'not_started',
  AUTH_SWITCH_PLUGIN_ERROR: 'denied', // mysql2 does not know how this user logs in
  SQLITE_ERROR: 'bug', // names and syntax
  SQLITE_MISMATCH: 'bug',
  SQLITE_MISUSE: 'bug',
  SQLITE_RANGE: 'bug',
  SQLITE_TOOBIG: 'bug',
  SQLITE_FULL: 'unwritable',
  SQLITE_READONLY_DBMOVED: 'moved', // sqlite-file.ts says it
  SQLITE_IOERR_WRITE: 'unwritable', // leaves the log without the last frame of the transaction, and that one alone makes it count
  SQLITE_CONSTRAINT_UNIQUE: 'duplicate',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'duplicate',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'referenced',
  SQLITE_CONSTRAINT_TRIGGER: 'referenced',
};

/** SQLite adds details to its codes: SQLITE_BUSY_SNAPSHOT. */
const BY_PREFIX: readonly (readonly [prefix: string, kind: ErrorClass])[] = [
  ['SQLITE_BUSY', 'rolled_back'],
  ['SQLITE_LOCKED', 'rolled_back'],
  ['SQLITE_READONLY', 'unwritable'],
  ['SQLITE_IOERR', 'disk_failed'],
  ['SQLITE_CONSTRAINT', 'bug'],
  ['SQLITE_', 'unforeseen'],
];

export function classify(error: unknown): ErrorClass {
  const { errno, code, message, isOfDriver } = driverErrorOf(error);
  if (typeof errno === 'number' && errno > 0) return BY_NUMBER[errno] ?? (BUGS.has(errno) ? 'bug' : 'unforeseen');
  if (typeof code === 'string') {
    const kind = BY_CODE[code] ?? BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1];
    if (kind !== undefined) return kind;
    // Node's own word for a wrong argument is our fault; what it says of streams, sockets and TLS is the network's.
    return /^(?:ERR_(?!STREAM|SOCKET|TLS|SSL)|[^A-Z])/.test(code) ? 'bug' : 'unforeseen';
  }
  // mysql2 gives these neither a number nor a code.
  if (/closed state|connection is closed|Pool is closed/i.test(message)) return 'connection_lost';
  if (/Queue limit reached/.test(message)) return 'not_started';
  return isOfDriver ? 'unforeseen' : 'bug';
}

/** MySQL's numbers that say of a COMMIT that it was rolled back. */
const ROLLED_BACK_AT_COMMIT: ReadonlySet<unknown> = new Set([1213, 1020, 3101, 9007, 8002, 8022, 8028]);
const KEPT_OPEN_AT_COMMIT: ReadonlySet<ErrorClass> = new Set(['rolled_back', 'unwritable', 'duplicate', 'referenced', 'bug']);

/** Whether a COMMIT that failed so is known to have stored nothing. Of any other nobody knows what became of it. */
export function isKnownRollback(error: unknown): boolean {
  const { errno, code } = driverErrorOf(error);
  if (ROLLED_BACK_AT_COMMIT.has(errno)) return true;
  // SQLite keeps the transaction open when COMMIT is refused: what is busy, has no room or breaks a constraint is not stored.
  return typeof code === 'string' && code.startsWith('SQLITE_') && KEPT_OPEN_AT_COMMIT.has(classify(error));
}

/** The database failed in a way that nobody foresaw. Nothing is stored. One of a batch may be the cause. */
export class UnforeseenFailure extends Unavailable {
  constructor(error: unknown) {
    const { errno, code } = driverErrorOf(error);
    super(`the database failed with error ${errno ?? code ?? 'without a number'}`, { cause: error });
  }
}

/** Which constraint a duplicate or a reference broke, in the engine's own words. */
export const messageOf = (error: unknown): string => driverErrorOf(error).message;

/** The error's number, where the engine gives one. */
export const errnoOf = (error: unknown): unknown => driverErrorOf(error).errno;

/** The error's code, in the words of its engine or of Node. */
export const codeOf = (error: unknown): unknown => driverErrorOf(error).code;

interface DriverError {
  readonly errno?: unknown;
  readonly code?: unknown;
  readonly message: string;
  /** TypeORM wraps what its driver throws. */
  readonly isOfDriver: boolean;
}

function driverErrorOf(error: unknown): DriverError {
  if (!(error instanceof Error)) return { message: String(error), isOfDriver: false };
  const isOfDriver = 'driverError' in error && error.driverError instanceof Error;
  const { errno, code, message } = (isOfDriver ? error.driverError : error) as Error & { errno?: unknown; code?: unknown };
  return { errno, code, message, isOfDriver };
}
