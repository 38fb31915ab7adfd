import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { WritesRefused } from '../../measures.ts';
import type { ErrorClass } from '../database-errors.ts';
import type { Accounts } from '../schemas.ts';
import type { Parameter, Statement, Value } from '../statement.ts';
import type { DatabaseConfig } from './config.ts';

/**
 * All that differs between engines, in one plain object for each: docs/decisions/0038-one-object-for-each-engine.md. Functions that two engines
 * share are in sql.ts. Outside this folder and migrations/, no engine has a name.
 *
 * A further engine is a file beside the others, its config, a case in index.ts and its texts in migrations/. Statements say `?` and name columns in
 * camelCase where the tables do: an engine with other signs, or that folds names, changes each text once where its connections are made. One whose
 * transaction ends with the statement that failed has to know in `insertNew` and `weaknesses`; one that answers COMMIT of such a transaction with
 * ROLLBACK and no error, in `commit`.
 */
export interface Dialect {
  /** For people: where the data is. */
  readonly address: string;
  /** Connects. Throws `Unavailable` where waiting may help, `StartFault` where it does not. */
  readonly open: (opening: Opening) => Promise<Opened>;
  readonly capabilities: Capabilities;
  /** undefined where one connection writes for all: then every transaction waits for its turn. */
  readonly pool: Pool | undefined;
  readonly errors: ErrorRules;

  /** The statement that begins a transaction with writes. */
  readonly begin: string;
  /** Resolves once the writes are stored. `connection` is the one of the runner. */
  readonly commit: (runner: QueryRunner, connection: unknown) => Promise<unknown>;
  /** Sends statements in order, in as few trips as is safe. Where one fails, none behind it is run. `StaleRow` where one finds other rows than it has to. */
  readonly send: (manager: EntityManager, statements: readonly Statement[]) => Promise<void>;
  /** In TypeORM's words; undefined where the transaction alone keeps everybody out. */
  readonly rowLock: 'pessimistic_write' | 'for_no_key_update' | undefined;

  /** The database's time: one clock for all servers. */
  readonly now: string;
  /** The moment so long ago, by the same clock. */
  readonly ago: (milliseconds: number) => { readonly sql: string; readonly parameter: Value };
  /** A moment as a statement's parameter. (As a column it comes back as a Date or as text: `toDate` in rows.ts.) */
  readonly date: (moment: Date) => string;
  /** As few statements as serve; a `stamped` column gets the database's time. With `replaces` a row takes the place of the one that has its key. */
  readonly insertMany: (table: string, columns: readonly string[], rows: readonly (readonly Value[])[], options?: InsertOptions) => Statement[];
  /** One statement that changes each row by its id, and finds only those that have the old number in `guard`. */
  readonly updateMany: <Row>(table: string, rows: readonly Row[], change: Change<Row>) => Statement;
  /** Inserts a row unless its key is taken, and says whether it did. The transaction goes on either way. */
  readonly insertNew: (manager: EntityManager, statement: Statement) => Promise<boolean>;
  /** What comes between the row of an INSERT and the columns to be set where a row has its key, and how these name what that row has. */
  readonly onDuplicate: (table: string, key: string) => { readonly set: string; readonly stored: (column: string) => string };
  /** The same items for an IN, some of them again where that makes fewer texts of statements. */
  readonly listOf: <Item>(items: readonly Item[]) => readonly Item[];
  /** A table of which only this index is to be walked. */
  readonly indexed: (table: string, index: string) => string;
  /** Rows behind the last one of a page, so that the index on both columns is used. */
  readonly behind: (last: { readonly at: string; readonly id: string }, columns: PageColumns) => Condition;
  /** Bookings of an event by its user, for any of these, so that the index on both columns is used. */
  readonly bookedBy: (owners: readonly Owner[]) => Condition;

  /** Taken while tables are changed, where the engine does not keep a second process out by itself. */
  readonly migrationLock: MigrationLock | undefined;
  /**
   * Tests whether CHECK, isolation and durability are as promised, and returns a line for operators for each that is not. `ask`: see
   * walls.ts.
   */
  readonly weaknesses: (ask: Ask) => Promise<readonly string[]>;
  readonly copies: Copies;
}

export interface Opening {
  /** False for callers that only read: missing tables are not made. */
  readonly makes: boolean;
  readonly accounts: Accounts;
  /** Called when the data is no longer where it was opened. */
  readonly onLost: (why: string) => void;
}

export interface Opened {
  readonly writer: DataSource;
  /** The writer itself where it has connections enough. */
  readonly reader: DataSource;
  /** The prefix of a statement that only reads and may lag. */
  readonly plainPrefix: string;
  /** A note for operators about what was found. */
  readonly notice?: string | undefined;
  /** To be called once the tables are up to date. */
  readonly whenUpToDate?: () => void;
  readonly close: () => Promise<void>;
}

export interface Capabilities {
  /** Transactions of sales that are under way at once. */
  readonly lanes: number;
  /** The engine runs in this process, which serves nobody else meanwhile. So batches gather first and have a time limit. */
  readonly batchMs: number | undefined;
  /** Whether every read sees the last commit. Elsewhere such a read is made in a transaction, which proxies send to the server that writes. */
  readonly readsAreLatest: boolean;
}

/** What a pool's connections must offer. */
export interface Pool {
  readonly size: number;
  readonly countsOf: (source: DataSource) => { readonly inUse: number; readonly idle: number; readonly waiting: number };
  /** Resolves when the connection has its settings, rejects when one was refused: then nothing runs on it. */
  readonly ready: (connection: unknown) => Promise<unknown> | undefined;
  /** Ends a connection whose state is unknown; false where it cannot be ended. */
  readonly giveUp: (connection: unknown) => boolean;
  /** Another server may have the name by now: all connections are given up, those in use when they are released. */
  readonly abandon: (source: DataSource) => void;
  readonly isAbandoned: (source: DataSource, connection: unknown) => boolean;
}

export interface ErrorRules {
  readonly classify: (error: unknown) => ErrorClass;
  /** Whether a COMMIT with this error is known to have stored nothing. The outcome of any other is unknown. */
  readonly isKnownRollback: (error: unknown) => boolean;
  /** Of an error that is `wrong_server` or `unwritable`: why nothing is written; undefined where reads will tell it too. */
  readonly whyRefused: (error: unknown) => WritesRefused | undefined;
  /** A CHECK does not hold. */
  readonly isBrokenCheck: (error: unknown) => boolean;
  readonly isMissingTable: (error: unknown) => boolean;
  /** Another process made the table, the column, the key or the row first. */
  readonly isRacedMigration: (error: unknown) => boolean;
  /** Only a backup helps. */
  readonly isDamaged: (error: unknown) => boolean;
}

export interface MigrationLock {
  /** Waits for it. */
  readonly take: string;
  readonly release: string;
  /** The engine has no such lock: trying again serves. */
  readonly isRefused: (error: unknown) => boolean;
}

export interface InsertOptions {
  readonly stamped?: string;
  readonly replaces?: boolean;
}

export interface Change<Row> {
  readonly id: (row: Row) => string;
  readonly set: readonly (readonly [column: string, value: (row: Row) => number])[];
  readonly guard: readonly [column: string, value: (row: Row) => number];
}

export interface PageColumns {
  readonly moment: string;
  readonly id: string;
  readonly direction: 'ASC' | 'DESC';
}

/** A user, as far as one event goes. */
export interface Owner {
  readonly eventId: string;
  readonly userId: string;
}

export interface Condition {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/** The rows of a statement, in a transaction that writes and is rolled back. */
export type Ask = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Copies of the whole database, or the commands that make them where that is not this program's to do. */
export interface Copies {
  readonly backUp: (to: string) => Promise<'done' | ByOtherTools>;
  readonly restore: (from: string, restoring: Restoring) => Promise<Restored | ByOtherTools>;
}

/** The work for the database's own tools. */
export interface ByOtherTools {
  /** Which tools, for people. */
  readonly why: string;
  readonly backUp: string;
  readonly restore: string;
  /** What has to be written otherwise for MariaDB's own tools. */
  readonly onMariaDb: string | undefined;
}

export interface Restoring {
  /** Brings the tables of a copy up to date. */
  readonly bringUpToDate: (copy: DatabaseConfig) => Promise<void>;
  readonly look: (copy: DatabaseConfig) => Promise<void>;
  readonly beforeExchange: () => void;
}

export interface Restored {
  /** Where the database is that was there before, with its log; undefined when there was none. */
  readonly kept: string | undefined;
}
