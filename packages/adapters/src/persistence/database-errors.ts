/**
 * What a failure of the database means for the transaction it stopped. Told by number, not by name: mysql2 names MariaDB's
 * 4025 after another error. Sources: MySQL and MariaDB error lists, TiDB's error codes, SQLite's result codes.
 */
export type ErrorClass =
  /** Known to be rolled back: run the whole transaction again. */
  | 'rolled_back'
  /** Nothing was begun: wait, then run. */
  | 'not_started'
  /** Rolled back before COMMIT was sent; unknown after. */
  | 'connection_lost'
  /** The engine cannot say whether its COMMIT counts. */
  | 'unknown'
  /** No room to write, or read-only; nothing was stored. */
  | 'unwritable'
  /** The file is not where it was opened; nothing was begun, and only a person can help. */
  | 'moved'
  /** The disk failed. Nothing was stored before COMMIT; of a COMMIT whose sync failed the log may hold all, and a restart find it. */
  | 'disk_failed'
  /** The server's user may not do it, or not come in any more; nothing was stored. */
  | 'denied'
  | 'duplicate'
  | 'referenced'
  | 'other';

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
  1040: 'not_started', // too many connections
  1203: 'not_started', // too many connections of this user
  1226: 'not_started', // the user's connection budget is spent
  1047: 'not_started', // Galera: node is not part of a primary component
  1290: 'not_started', // read-only
  1836: 'not_started', // read-only mode
  1053: 'connection_lost', // server shutdown in progress: it may have come while COMMIT ran
  1317: 'connection_lost', // somebody killed the statement; if it was COMMIT, it may have been done
  1927: 'connection_lost', // MariaDB: somebody killed the connection
  1180: 'unknown', // Galera: error during COMMIT when the quorum goes
  1969: 'rolled_back', // MariaDB: max_statement_time exceeded
  3024: 'rolled_back', // MySQL: max_execution_time exceeded
  1062: 'duplicate',
  1586: 'duplicate',
  1451: 'referenced',
  1452: 'referenced',
  1021: 'unwritable',
  1114: 'unwritable', // the table is full
  1044: 'denied', // no right to the database
  1045: 'denied', // wrong password
  1049: 'denied', // unknown database: somebody dropped it
  1142: 'denied', // no right to this statement on the table
  1143: 'denied', // … on the column
  1227: 'denied', // a privilege is missing
  1698: 'denied', // wrong way to come in
};

const BY_CODE: Readonly<Record<string, ErrorClass>> = {
  ECONNREFUSED: 'not_started',
  ENOTFOUND: 'not_started',
  EAI_AGAIN: 'not_started',
  EHOSTUNREACH: 'not_started',
  ENETUNREACH: 'not_started',
  ETIMEDOUT: 'not_started', // mysql2 says it of connecting; its query timeout is PROTOCOL_SEQUENCE_TIMEOUT
  PROTOCOL_CONNECTION_LOST: 'connection_lost',
  PROTOCOL_SEQUENCE_TIMEOUT: 'connection_lost',
  ECONNRESET: 'connection_lost',
  EPIPE: 'connection_lost',
};

export function classify(error: unknown): ErrorClass {
  const { errno, code, message } = driverErrorOf(error);
  if (typeof errno === 'number' && errno > 0 && BY_NUMBER[errno] !== undefined) return BY_NUMBER[errno];
  if (typeof code === 'string') {
    if (BY_CODE[code] !== undefined) return BY_CODE[code];
    if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'rolled_back';
    if (code === 'SQLITE_READONLY_DBMOVED') return 'moved'; // sqlite-file.ts says it
    // A failed write leaves the log without the last frame of the transaction, and that one alone makes it count.
    if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_WRITE' || code.startsWith('SQLITE_READONLY')) return 'unwritable';
    if (code.startsWith('SQLITE_IOERR')) return 'disk_failed';
    if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') return 'duplicate';
    if (code === 'SQLITE_CONSTRAINT_FOREIGNKEY' || code === 'SQLITE_CONSTRAINT_TRIGGER') return 'referenced';
  }
  // mysql2 gives these neither a number nor a code.
  if (/closed state|connection is closed|Pool is closed/i.test(message)) return 'connection_lost';
  if (/Queue limit reached/.test(message)) return 'not_started';
  return 'other';
}

/** Which constraint a duplicate or a reference broke, in the engine's own words. */
export const messageOf = (error: unknown): string => driverErrorOf(error).message;

function driverErrorOf(error: unknown): { readonly errno?: unknown; readonly code?: unknown; readonly message: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  if ('driverError' in error && error.driverError instanceof Error) return error.driverError;
  return error;
}

/** The error's number, where the engine gives one. */
export const errnoOf = (error: unknown): unknown => driverErrorOf(error).errno;
