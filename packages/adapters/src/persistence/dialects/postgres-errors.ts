import type { WritesRefused } from '../../measures.ts';
import { classifierBy, codeOf, type ErrorClass, messageOf } from '../database-errors.ts';
import type { ErrorRules } from './dialect.ts';

/** Errors are classified by SQLSTATE, because texts differ between versions and languages. Source: appendix A of PostgreSQL's manual. */
const BY_STATE: Readonly<Record<string, ErrorClass>> = {
  '40P01': 'rolled_back', // deadlock
  '55P03': 'rolled_back', // lock_timeout, NOWAIT
  '57014': 'rolled_back', // statement_timeout, or somebody cancelled the statement
  '25P02': 'rolled_back', // a statement of the transaction failed before
  '0A000': 'bug', // not supported
  '53300': 'not_started', // too many connections
  '57P03': 'not_started', // starting, recovering or stopping
  '25006': 'wrong_server', // a read-only transaction: a standby, or a server that was set so
  '57P01': 'connection_lost', // the server stops, or somebody ended the connection
  '57P02': 'connection_lost', // another process of the server crashed
  '57P05': 'connection_lost', // idle for too long
  '25P03': 'connection_lost', // idle in a transaction for too long
  '23505': 'duplicate',
  '23503': 'referenced',
  '23001': 'referenced', // the same from version 18 on
  '53100': 'unwritable', // the disk is full
  '58030': 'disk_failed', // an error of input or output
  '58P01': 'disk_failed', // a file is missing
  '3D000': 'denied', // no such database: somebody dropped it
  '42501': 'denied', // a right is missing
  '57P04': 'connection_lost', // the database was dropped
};

/** The class of other states, by their first two characters. */
const BY_CLASS: Readonly<Record<string, ErrorClass>> = {
  '08': 'connection_lost',
  '28': 'denied', // wrong password, or no such user
  '40': 'rolled_back',
  '53': 'not_started', // resources are short
  '22': 'bug', // a value that does not fit
  '23': 'bug', // a CHECK, or NULL in a column that allows none
  '26': 'bug',
  '42': 'bug', // names, syntax, types
};

const STATE = /^[0-9A-Z]{5}$/;

/** Messages of pg and its pool that have no code. */
const WORDS: readonly (readonly [RegExp, ErrorClass])[] = [
  [/timeout exceeded when trying to connect|^timeout expired|due to connection timeout/, 'not_started'],
  [/Connection terminated|connection error and is not queryable|was closed and is not queryable|Query read timeout/, 'connection_lost'],
  // TypeORM releases a runner whose idle connection is lost. It has one error for its runner, and another for its entity manager.
  [/[Qq]uery runner (?:was )?already released|after calling end on the pool/, 'connection_lost'],
  [/SASL|SCRAM|password must be a string/, 'denied'],
];

const classify = classifierBy({
  ofCode: (code) => (STATE.test(code) && /\d/.test(code) ? (BY_STATE[code] ?? BY_CLASS[code.slice(0, 2)] ?? 'unforeseen') : undefined),
  ofWords: (message) => WORDS.find(([words]) => words.test(message))?.[1],
});

const BROKEN_CHECK = '23514';
const NO_SUCH_TABLE = '42P01';
/** The states for a table, a column, an index, a row, or the type of a table that already exists. */
const ALREADY_THERE: ReadonlySet<unknown> = new Set(['42P07', '42701', '42710', '23505']);

export const errors: ErrorRules = {
  classify,
  // Any other error of COMMIT comes from a server that stops, or (40003) does not know the outcome.
  isKnownRollback: (error) => /^(?:40(?!003)|23|25P02)/.test(String(codeOf(error))),
  whyRefused: (error): WritesRefused => (classify(error) === 'unwritable' ? 'no_room' : 'read_only'),
  isBrokenCheck: (error) => codeOf(error) === BROKEN_CHECK,
  isMissingTable: (error) => codeOf(error) === NO_SUCH_TABLE,
  isRacedMigration: (error) => ALREADY_THERE.has(codeOf(error)) || /already exists/.test(messageOf(error)),
  isDamaged: (error) => ['XX001', 'XX002'].includes(String(codeOf(error))),
};
