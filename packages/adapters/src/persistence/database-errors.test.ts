import { describe, expect, it } from 'vitest';
import { errors as mysql } from './dialects/mysql-errors.ts';
import { errors as postgres } from './dialects/postgres-errors.ts';
import { errors as sqlite } from './dialects/sqlite-errors.ts';

const driver = (facts: object, message = '') => Object.assign(new Error(message), facts);
/** Who may meet such an error: what Node says of a connection, every engine. */
function dialectsOf({ errno = 0, code = '' }: { readonly errno?: number; readonly code?: string }) {
  if (code.startsWith('SQLITE_')) return [sqlite];
  if (/^[\dA-Z]{5}$/.test(code) && /\d/.test(code)) return [postgres];
  return errno > 0 || /^(?:HANDSHAKE|AUTH_SWITCH|PROTOCOL)_/.test(code) ? [mysql] : [mysql, sqlite, postgres];
}

const queryFailed = (facts: object, message = '') => Object.assign(new Error(message), { driverError: driver(facts, message) });

describe('a failure of the database', () => {
  it.each([
    ['deadlock', { errno: 1213 }, 'rolled_back'],
    ['lock wait timeout', { errno: 1205 }, 'rolled_back'],
    ['record changed since last read', { errno: 1020 }, 'rolled_back'],
    ['TiDB write conflict', { errno: 9007 }, 'rolled_back'],
    ['SQLite busy', { code: 'SQLITE_BUSY' }, 'rolled_back'],
    ['SQLite busy with a stale snapshot', { code: 'SQLITE_BUSY_SNAPSHOT' }, 'rolled_back'],
    ['too many connections', { errno: 1040 }, 'not_started'],
    ['refused connection', { errno: -111, code: 'ECONNREFUSED' }, 'not_started'],
    ['server without TLS', { code: 'HANDSHAKE_NO_SSL_SUPPORT' }, 'not_started'],
    ['certificate that is not believed', { code: 'HANDSHAKE_SSL_ERROR' }, 'not_started'],
    ['unknown way to log in', { code: 'AUTH_SWITCH_PLUGIN_ERROR' }, 'denied'],
    ['non-primary Galera node', { errno: 1047 }, 'wrong_server'],
    ['read-only server', { errno: 1290 }, 'wrong_server'],
    ['read-only transaction', { errno: 1792 }, 'wrong_server'],
    ['lost connection', { code: 'PROTOCOL_CONNECTION_LOST' }, 'connection_lost'],
    ['reset connection', { errno: -104, code: 'ECONNRESET' }, 'connection_lost'],
    ['idle connection that MySQL closed', { errno: 4031 }, 'connection_lost'],
    ['full disk', { code: 'SQLITE_FULL' }, 'unwritable'],
    ['read-only file', { code: 'SQLITE_READONLY' }, 'unwritable'],
    ['moved file', { code: 'SQLITE_READONLY_DBMOVED' }, 'moved'],
    ['failed write', { code: 'SQLITE_IOERR_WRITE' }, 'unwritable'],
    ['failed sync', { code: 'SQLITE_IOERR_FSYNC' }, 'disk_failed'],
    ['right that was taken away', { errno: 1142 }, 'denied'],
    ['duplicate key', { errno: 1062 }, 'duplicate'],
    ['duplicate key on SQLite', { code: 'SQLITE_CONSTRAINT_UNIQUE' }, 'duplicate'],
    ['row that others refer to', { errno: 1451 }, 'referenced'],
    ['row that refers to nothing', { errno: 1452 }, 'referenced'],
    ['check violation, which mysql2 names after something else', { errno: 4025, code: 'ER_INNODB_AUTOEXTEND_SIZE_OUT_OF_RANGE' }, 'bug'],
    ['syntax error', { errno: 1064, code: 'ER_PARSE_ERROR' }, 'bug'],
    ['syntax error on SQLite', { code: 'SQLITE_ERROR' }, 'bug'],
    ['number that no list names', { errno: 9999 }, 'unforeseen'],
    ['storage engine’s own', { errno: 1030 }, 'unforeseen'],
    ['statement larger than a packet', { errno: 1153 }, 'unforeseen'],
    ['binlog that cannot take it', { errno: 1665 }, 'unforeseen'],
    ['damaged file', { code: 'SQLITE_CORRUPT' }, 'unforeseen'],
    ['deadlock on PostgreSQL', { code: '40P01' }, 'rolled_back'],
    ['serialization failure', { code: '40001' }, 'rolled_back'],
    ['lock timeout', { code: '55P03' }, 'rolled_back'],
    ['cancelled statement', { code: '57014' }, 'rolled_back'],
    ['statement behind one that failed', { code: '25P02' }, 'rolled_back'],
    ['too many connections on PostgreSQL', { code: '53300' }, 'not_started'],
    ['server that starts', { code: '57P03' }, 'not_started'],
    ['standby', { code: '25006' }, 'wrong_server'],
    ['ended connection', { code: '57P01' }, 'connection_lost'],
    ['crash of a neighbour', { code: '57P02' }, 'connection_lost'],
    ['transaction that was idle', { code: '25P03' }, 'connection_lost'],
    ['failed connection', { code: '08006' }, 'connection_lost'],
    ['unique key', { code: '23505' }, 'duplicate'],
    ['foreign key', { code: '23503' }, 'referenced'],
    ['foreign key from version 18 on', { code: '23001' }, 'referenced'],
    ['check', { code: '23514' }, 'bug'],
    ['missing column', { code: '42703' }, 'bug'],
    ['text too long', { code: '22001' }, 'bug'],
    ['NUL in a text', { code: '22021' }, 'bug'],
    ['full disk on PostgreSQL', { code: '53100' }, 'unwritable'],
    ['wrong password', { code: '28P01' }, 'denied'],
    ['right that is missing', { code: '42501' }, 'denied'],
    ['database that is missing', { code: '3D000' }, 'denied'],
    ['failed read', { code: '58030' }, 'disk_failed'],
    ['inner error', { code: 'XX000' }, 'unforeseen'],
    ['state that no list names', { code: '99999' }, 'unforeseen'],
    ['code of the network that no list names', { code: 'ENETDOWN' }, 'unforeseen'],
    ['closed stream', { code: 'ERR_STREAM_DESTROYED' }, 'unforeseen'],
    ['wrong argument', { code: 'ERR_INVALID_ARG_TYPE' }, 'bug'],
  ])('is told by number: %s', (_, facts, kind) => {
    for (const { classify } of dialectsOf(facts)) expect([classify(driver(facts)), classify(queryFailed(facts))]).toEqual([kind, kind]);
  });

  it.each([
    ["Can't add new command when connection is in closed state", 'connection_lost'],
    ['Queue limit reached.', 'not_started'],
    ['anything else', 'unforeseen'],
  ])('without number and code is told by its words: %s', (message, kind) => {
    expect(mysql.classify(queryFailed({}, message))).toBe(kind);
  });

  it.each([
    ['Connection terminated unexpectedly', 'connection_lost'],
    ['Client has encountered a connection error and is not queryable', 'connection_lost'],
    ['Client was closed and is not queryable', 'connection_lost'],
    ['Query runner already released. Cannot run queries anymore.', 'connection_lost'],
    ['Database connection provided by a query runner was already released, cannot continue to use its querying methods anymore.', 'connection_lost'],
    ['timeout exceeded when trying to connect', 'not_started'],
    ['Connection terminated due to connection timeout', 'not_started'],
    ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', 'denied'],
    ['anything else', 'unforeseen'],
  ])('of PostgreSQL without a state is told by its words: %s', (message, kind) => {
    expect(postgres.classify(queryFailed({}, message))).toBe(kind);
  });

  it('is nothing special when it is no error at all', () => {
    for (const { classify } of [mysql, sqlite, postgres])
      expect([classify('deadlock'), classify(undefined), classify(1213), classify(new Error('ours'))]).toEqual(['bug', 'bug', 'bug', 'bug']);
  });

  it.each([1213, 1020, 3101, 9007, 8002, 8022, 8028].map((errno) => ({ errno })))('at COMMIT is known to have stored nothing: %o', (facts) => {
    expect(mysql.isKnownRollback(queryFailed(facts))).toBe(true);
  });

  it.each(['40001', '40P01', '23505', '25P02'])('at COMMIT on PostgreSQL is known to have stored nothing: %s', (code) => {
    expect(postgres.isKnownRollback(queryFailed({ code }))).toBe(true);
  });

  it.each(['SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_CONSTRAINT_FOREIGNKEY'])(
    'at COMMIT on SQLite is known to have stored nothing: %s',
    (code) => {
      expect(sqlite.isKnownRollback(driver({ code }))).toBe(true);
    },
  );

  it.each([
    ...[2013, 4031, 1105, 9001, 1180, 1053, 1317, 1290, 1047, 1205, 1969, 1064, 9999].map((errno) => ({ errno })),
    ...['SQLITE_IOERR_FSYNC', 'SQLITE_CORRUPT', 'ECONNRESET', 'PROTOCOL_CONNECTION_LOST'].map((code) => ({ code })),
    ...['40003', '08007', '57014', '57P01', '53100', '58030', '25006', 'XX000'].map((code) => ({ code })),
    {},
  ])('at COMMIT is not known to have stored nothing: %o', (facts) => {
    for (const { isKnownRollback } of dialectsOf(facts)) expect(isKnownRollback(queryFailed(facts, 'whatever'))).toBe(false);
  });
});
