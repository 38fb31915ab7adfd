import { accessSync, closeSync, constants, existsSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import AsynchronousLibsql from 'libsql/promise';
import { DataSource } from 'typeorm';
import { makeFolder } from '../folder.ts';
import { StartFault } from '../start-fault.ts';
import { migrations } from './migrations/index.ts';
import { schemas } from './schemas.ts';

/** The embedded database's file in DATA_DIR. */
const SQLITE_FILE = 'tickets.sqlite';

/** SQLite waits with the whole process; so it waits this little, and the transaction is run again asynchronously. */
const BUSY_TIMEOUT_MS = 50;

/**
 * When the log is copied into the file: at 32 MB. A checkpoint copies each page once, however often it changed, and a sale changes the
 * same ones again and again: at SQLite's own 1,000 pages bookings were a quarter slower. Bookings wait while it copies, so not more:
 * figures in docs/decisions/0008-embedded-engine.md.
 */
const CHECKPOINT_PAGES = 8000;

/**
 * What TypeORM's better-sqlite3 driver uses of its library, on libsql, which comes prebuilt for every platform.
 * Two differences: a transaction takes the write lock when it begins, since one that reads first and writes later cannot
 * be saved once another process wrote in between; and parameters go as one array, since libsql refuses a lone null.
 */
export class LibsqlConnection {
  readonly #database: Libsql.Database;
  /** In the transaction that is open. */
  #hasWritten = false;
  constructor(file: string) {
    this.#database = new Libsql(file);
  }
  prepare(sql: string) {
    const statement = this.#database.prepare(sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql);
    return {
      reader: statement.reader,
      all: (...parameters: unknown[]) => statement.all(parameters),
      run: (...parameters: unknown[]) => {
        this.#hasWritten = !sql.startsWith('BEGIN');
        return statement.run(parameters);
      },
    };
  }
  /**
   * COMMIT on a thread of libsql's: it alone waits for the disk, and takes a third of a booking's time. Meanwhile this thread reads and
   * answers others. Nobody may use the connection until it is done. Where nothing was written, there is nothing to wait for. libsql's two
   * faces share the handle that is their `db`.
   */
  async commit(): Promise<void> {
    if (this.#hasWritten) await AsynchronousLibsql.prototype.exec.call(this.#database, 'COMMIT');
    else this.prepare('COMMIT').run();
  }
  pragma(source: string): unknown[] {
    return this.prepare(`PRAGMA ${source}`).all();
  }
  close(): void {
    this.#database.close();
  }
}

/**
 * Two data sources on one file. TypeORM has one connection for all who use a SQLite data source, so whatever reads beside a
 * transaction would see what it has not committed: the writer is for transactions, one at a time (database.ts), the reader
 * for queries, which in WAL mode see the last commit and wait for nobody.
 */
export async function openSqlite(folder: string, { makes = true } = {}): Promise<{ writer: DataSource; reader: DataSource }> {
  const file = join(folder, SQLITE_FILE);
  if (!makes && !existsSync(file)) throw new StartFault(`There is no database in ${folder}. Is DATA_DIR right, or DB_HOST to be set?`);
  requireWritable(folder);
  requireWritableFile(file);
  const open = (prepareDatabase: (connection: LibsqlConnection) => void) =>
    new DataSource({
      type: 'better-sqlite3',
      driver: LibsqlConnection,
      database: file,
      entities: schemas,
      migrations,
      migrationsTransactionMode: 'each',
      logging: false,
      prepareDatabase,
    })
      .initialize()
      .catch((error: unknown) => explain(error, file));
  const writer = await open((connection) => {
    connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    connection.pragma('journal_mode = WAL');
    connection.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    // A commit that was answered survives a power cut. TypeORM's own WAL option would leave it at NORMAL.
    connection.pragma('synchronous = FULL');
    const [row] = connection.pragma('synchronous');
    if (JSON.stringify(row) !== '{"synchronous":2}') throw new Error('SQLite did not accept synchronous = FULL');
  });
  const reader = await open((connection) => {
    connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    connection.pragma('query_only = ON');
  });
  return { writer, reader };
}

/** Says in one line what no waiting cures. */
function explain(error: unknown, file: string): never {
  const code = codeOf(error);
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') {
    throw new StartFault(`${file} is no usable SQLite database (${code}). Put a backup in its place, or choose another DATA_DIR.`);
  }
  // libsql says it without a code: SQLITE_CANTOPEN is 14.
  if (error instanceof Error && /Unable to open connection/.test(error.message)) {
    throw new StartFault(`${file} cannot be opened. Is it a file that this user may write? If not, choose another DATA_DIR.`);
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_PERM')) {
    throw notWritable(file, code);
  }
  throw error;
}

/**
 * SQLite would open a file that is read-only, and refuse every write later. A file that is missing is made for its owner alone; the two
 * that SQLite puts beside it get its rights.
 */
function requireWritableFile(file: string): void {
  try {
    if (existsSync(file)) accessSync(file, constants.W_OK);
    else closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    throw notWritable(file, codeOf(error));
  }
}

const notWritable = (file: string, code: string) =>
  new StartFault(`${file} cannot be opened for writing (${code}). Give this user the right, or choose another DATA_DIR.`);

function requireWritable(folder: string): void {
  try {
    makeFolder(folder);
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new StartFault(`DATA_DIR ${folder} cannot be written (${codeOf(cause)}). Choose a folder that this user may write, or give him the right.`);
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown error');
