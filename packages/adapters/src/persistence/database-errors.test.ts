import { describe, expect, it } from 'vitest';
import { classify } from './database-errors.ts';

const driver = (facts: object, message = '') => Object.assign(new Error(message), facts);
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
    ['non-primary Galera node', { errno: 1047 }, 'not_started'],
    ['lost connection', { code: 'PROTOCOL_CONNECTION_LOST' }, 'connection_lost'],
    ['reset connection', { errno: -104, code: 'ECONNRESET' }, 'connection_lost'],
    ['commit without quorum', { errno: 1180 }, 'unknown'],
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
    ['check violation, which mysql2 names after something else', { errno: 4025, code: 'ER_INNODB_AUTOEXTEND_SIZE_OUT_OF_RANGE' }, 'other'],
    ['syntax error', { errno: 1064, code: 'ER_PARSE_ERROR' }, 'other'],
  ])('is told by number: %s', (_, facts, kind) => {
    expect(classify(driver(facts))).toBe(kind);
    expect(classify(queryFailed(facts))).toBe(kind);
  });

  it.each([
    ["Can't add new command when connection is in closed state", 'connection_lost'],
    ['Queue limit reached.', 'not_started'],
    ['anything else', 'other'],
  ])('without number and code is told by its words: %s', (message, kind) => {
    expect(classify(queryFailed({}, message))).toBe(kind);
  });

  it('is nothing special when it is no error at all', () => {
    expect([classify('deadlock'), classify(undefined), classify(1213)]).toEqual(['other', 'other', 'other']);
  });
});
