import { classifierBy, codeOf, type ErrorClass, messageOf } from '../database-errors.ts';
import type { ErrorRules } from './dialect.ts';

/** Errors are classified by SQLite's result codes. */
const BY_CODE: Readonly<Record<string, ErrorClass>> = {
  SQLITE_ERROR: 'bug', // names and syntax
  SQLITE_MISMATCH: 'bug',
  SQLITE_MISUSE: 'bug',
  SQLITE_RANGE: 'bug',
  SQLITE_TOOBIG: 'bug',
  SQLITE_FULL: 'unwritable',
  SQLITE_READONLY_DBMOVED: 'moved', // thrown by sqlite-file.ts
  SQLITE_IOERR_WRITE: 'unwritable', // the log then lacks the transaction's last frame, without which the transaction does not count
  SQLITE_CONSTRAINT_UNIQUE: 'duplicate',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'duplicate',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'referenced',
  SQLITE_CONSTRAINT_TRIGGER: 'referenced',
};

/** SQLite adds details to its codes, such as SQLITE_BUSY_SNAPSHOT. */
const BY_PREFIX: readonly (readonly [prefix: string, kind: ErrorClass])[] = [
  ['SQLITE_BUSY', 'rolled_back'],
  ['SQLITE_LOCKED', 'rolled_back'],
  ['SQLITE_READONLY', 'unwritable'],
  ['SQLITE_IOERR', 'disk_failed'],
  ['SQLITE_CONSTRAINT', 'bug'],
  ['SQLITE_', 'unforeseen'],
];

const classify = classifierBy({ ofCode: (code) => BY_CODE[code] ?? BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1] });

const KEPT_OPEN_AT_COMMIT: ReadonlySet<ErrorClass> = new Set(['rolled_back', 'unwritable', 'duplicate', 'referenced', 'bug']);
const codeText = (error: unknown): string => String(codeOf(error));

export const errors: ErrorRules = {
  classify,
  // If COMMIT fails because of a lock, a full disk or a constraint, nothing is stored, and the transaction stays open.
  isKnownRollback: (error) => codeText(error).startsWith('SQLITE_') && KEPT_OPEN_AT_COMMIT.has(classify(error)),
  whyRefused: (error) => (codeText(error).startsWith('SQLITE_READONLY') ? 'read_only' : 'no_room'),
  isBrokenCheck: (error) => codeText(error) === 'SQLITE_CONSTRAINT_CHECK',
  isMissingTable: (error) => /no such table/.test(messageOf(error)),
  isRacedMigration: (error) => /already exists/.test(messageOf(error)),
  isDamaged: (error) => /malformed|not a database/.test(messageOf(error)),
};
