import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { WritesRefused } from '../../measures.ts';
import type { ErrorClass } from '../database-errors.ts';
import type { Accounts } from '../schemas.ts';
import type { Parameter, Statement, Value } from '../statement.ts';
import type { DatabaseConfig } from './config.ts';

/**
 * Everything that differs between engines. Each engine is one plain object (docs/decisions/0038-one-object-for-each-engine.md). Functions
 * that several engines share are in sql.ts. In persistence/, only this folder and migrations/ name an engine.
 *
 * A further engine needs a file beside the others, its config, a case in index.ts and its texts in migrations/. Statements have `?` for
 * values, and some columns have camelCase names. An engine that needs other texts translates them in its connections. On some engines no
 * statement works after one that failed: `insertNew` and `weaknesses` must handle that. If such an engine answers COMMIT with ROLLBACK and
 * no error, `commit` must notice it.
 */
export interface Dialect {
  /** The place of the data, for messages to people. */
  readonly address: string;
  /** Connects. Throws `Unavailable` if waiting may help, otherwise `StartFault`. */
  readonly open: (opening: Opening) => Promise<Opened>;
  readonly capabilities: Capabilities;
  /** undefined if one connection makes all writes. Then every transaction waits for its turn. */
  readonly pool: Pool | undefined;
  readonly errors: ErrorRules;

  /** The statement that begins a transaction with writes. */
  readonly begin: string;
  /** Resolves once the writes are stored. `connection` is the one of the runner. */
  readonly commit: (runner: QueryRunner, connection: unknown) => Promise<unknown>;
  /**
   * Sends statements in order, with as few round trips as is safe. If one fails, no later one runs. Throws `StaleRow` if one changes
   * another number of rows than it must.
   */
  readonly send: (manager: EntityManager, statements: readonly Statement[]) => Promise<void>;
  /** TypeORM's name of the row lock; undefined if the transaction itself locks the database. */
  readonly rowLock: 'pessimistic_write' | 'for_no_key_update' | undefined;

  /** The database's time: one clock for all servers. */
  readonly now: string;
  /** The engine's version, as SQL. */
  readonly version: string;
  /** The time `milliseconds` ago, by the same clock. */
  readonly ago: (milliseconds: number) => { readonly sql: string; readonly parameter: Value };
  /** A time as a parameter of a statement. A column comes back as a Date or as text: see `toDate` in rows.ts. */
  readonly date: (moment: Date) => string;
  /**
   * Inserts rows with as few statements as possible. A `stamped` column gets the database's time. With `replaces`, a row replaces an
   * existing row with the same key.
   */
  readonly insertMany: (table: string, columns: readonly string[], rows: readonly (readonly Value[])[], options?: InsertOptions) => Statement[];
  /** One statement that changes each row by its id. It changes only rows that still have the old number in the `guard` column. */
  readonly updateMany: <Row>(table: string, rows: readonly Row[], change: Change<Row>) => Statement;
  /** Inserts a row unless its key exists, and returns whether it did. The transaction continues in both cases. */
  readonly insertNew: (manager: EntityManager, statement: Statement) => Promise<boolean>;
  /**
   * For an INSERT that updates an existing row with the same key. `set` is the text between the values and the assignments. `stored` is how
   * an assignment names the existing value of a column.
   */
  readonly onDuplicate: (table: string, key: string) => { readonly set: string; readonly stored: (column: string) => string };
  /** The items for an IN list. Some may be repeated, so that there are fewer different texts of statements. */
  readonly listOf: <Item>(items: readonly Item[]) => readonly Item[];
  /** The table with a hint to use only this index. */
  readonly indexed: (table: string, index: string) => string;
  /** A condition for rows behind the last one of a page. It is written so that the engine uses the index on both columns. */
  readonly behind: (last: { readonly at: string | number; readonly id: string }, columns: PageColumns) => Condition;
  /** A condition for the bookings of any of these pairs of event and user. It is written so that the engine uses the index on both columns. */
  readonly bookedBy: (owners: readonly Owner[]) => Condition;

  /** A lock that is held while tables change; undefined if the engine itself keeps a second process out. */
  readonly migrationLock: MigrationLock | undefined;
  /**
   * Tests whether CHECK, isolation and durability are as promised, and returns a line for operators for each that is not. `ask`: see
   * walls.ts.
   */
  readonly weaknesses: (ask: Ask) => Promise<readonly string[]>;
  readonly copies: Copies;
}

export interface Opening {
  /** False for callers that only read. Then missing tables are not created. */
  readonly makes: boolean;
  readonly accounts: Accounts;
  /** Called when the data is no longer where it was opened. */
  readonly onLost: (why: string) => void;
}

export interface Opened {
  readonly writer: DataSource;
  /** The same as the writer, if that has a pool of connections. */
  readonly reader: DataSource;
  /** The prefix of a plain read, which may come from a node that lags. */
  readonly plainPrefix: string;
  /** A note for operators about what was found. */
  readonly notice?: string | undefined;
  /** Called when the tables are up to date. */
  readonly whenUpToDate?: () => void;
  readonly close: () => Promise<void>;
}

export interface Capabilities {
  /** The number of sales transactions that run at once. */
  readonly lanes: number;
  /**
   * The time limit of a batch, for an engine that runs in this process, because the process serves nobody else meanwhile. undefined for
   * other engines.
   */
  readonly batchMs: number | undefined;
  /** Whether every read sees the last commit. If not, a `latest` read is sent in a transaction, which proxies send to the primary. */
  readonly readsAreLatest: boolean;
}

/** What the program needs from a pool of connections. */
export interface Pool {
  readonly size: number;
  readonly countsOf: (source: DataSource) => { readonly inUse: number; readonly idle: number; readonly waiting: number };
  /** Resolves when the connection has its settings. Rejects if one was refused, and then nothing runs on the connection. */
  readonly ready: (connection: unknown) => Promise<unknown> | undefined;
  /** Closes a connection whose state is unknown. Returns false if it cannot be closed. */
  readonly giveUp: (connection: unknown) => boolean;
  /** Gives up all connections, because another server may have the name by now. Connections in use are closed when they are released. */
  readonly abandon: (source: DataSource) => void;
  readonly isAbandoned: (source: DataSource, connection: unknown) => boolean;
}

export interface ErrorRules {
  readonly classify: (error: unknown) => ErrorClass;
  /** Whether a COMMIT with this error is known to have stored nothing. The outcome of any other is unknown. */
  readonly isKnownRollback: (error: unknown) => boolean;
  /** For an error of class `wrong_server` or `unwritable`: why writes are refused; undefined if reads fail too. */
  readonly whyRefused: (error: unknown) => WritesRefused | undefined;
  /** Whether a CHECK constraint refused the row. */
  readonly isBrokenCheck: (error: unknown) => boolean;
  readonly isMissingTable: (error: unknown) => boolean;
  /** Whether another process created the table, the column, the key or the row first. */
  readonly isRacedMigration: (error: unknown) => boolean;
  /** Whether the database is damaged, so that only a backup helps. */
  readonly isDamaged: (error: unknown) => boolean;
}

export interface MigrationLock {
  /** The statement that waits for the lock. */
  readonly take: string;
  readonly release: string;
  /** Whether the server has no such lock. Then migrations run without it, and are tried again after a conflict. */
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

/** A user who may hold bookings of one event. */
export interface Owner {
  readonly eventId: string;
  readonly userId: string;
}

export interface Condition {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/** Runs a statement in the test transaction, which is rolled back, and returns its rows. */
export type Ask = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Backs up and restores the whole database, or returns the commands to run if the engine has its own tools. */
export interface Copies {
  readonly backUp: (to: string) => Promise<'done' | ByOtherTools>;
  readonly restore: (from: string, restoring: Restoring) => Promise<Restored | ByOtherTools>;
}

/** The commands for the database's own tools. */
export interface ByOtherTools {
  /** Why other tools are needed, for messages to people. */
  readonly why: string;
  readonly backUp: string;
  readonly restore: string;
  /** How the commands differ for MariaDB's own tools. */
  readonly onMariaDb: string | undefined;
}

export interface Restoring {
  /** Brings the tables of a copy up to date. */
  readonly bringUpToDate: (copy: DatabaseConfig) => Promise<void>;
  readonly look: (copy: DatabaseConfig) => Promise<void>;
  readonly beforeExchange: () => void;
}

export interface Restored {
  /** Where the previous database is now, with its log; undefined if there was none. */
  readonly kept: string | undefined;
}
