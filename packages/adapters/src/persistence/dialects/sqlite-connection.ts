import Libsql from 'libsql';
import AsynchronousLibsql from 'libsql/promise';
import { errors } from './sqlite-errors.ts';
import { type SqliteFile, stampFor } from './sqlite-file.ts';

/**
 * Implements the parts of better-sqlite3 that TypeORM's driver uses, with libsql, which comes prebuilt for every platform. There are two
 * differences. A transaction takes the write lock when it begins, because it could otherwise fail if another process writes first.
 * Parameters are passed as one array, because libsql refuses a single null.
 */
export class LibsqlConnection {
  readonly #database: Libsql.Database;
  /** Whether the open transaction has written. */
  #hasWritten = false;
  #file: SqliteFile | undefined;
  constructor(file: string) {
    this.#database = new Libsql(file);
  }
  prepare(sql: string) {
    const text = sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql;
    const statement = this.#database.prepare(text);
    const begins = sql.startsWith('BEGIN');
    return {
      reader: statement.reader,
      all: (...parameters: unknown[]) => {
        this.#file?.requireThere({ looks: false });
        return statement.all(parameters);
      },
      run: (...parameters: unknown[]) => {
        if (begins) return this.#begin(text);
        if (sql === 'COMMIT' && this.#hasWritten) this.#stamp();
        this.#hasWritten = true;
        return statement.run(parameters);
      },
    };
  }
  /**
   * After a failed BEGIN, a prepared statement of libsql still counts as running. The next read would then keep its snapshot, and no later
   * transaction could begin. `exec` ends its statement in any case.
   */
  #begin(text: string) {
    this.#file?.requireThere({ looks: true });
    this.#hasWritten = false;
    this.#database.exec(text);
    return { changes: 0, lastInsertRowid: 0 };
  }
  /**
   * Runs COMMIT on a thread of libsql. Only COMMIT waits for the disk, and it takes a third of a booking's time. Meanwhile the event loop
   * serves other requests. The connection must not be used until COMMIT is done. If nothing was written, the thread is not needed. libsql's
   * synchronous and asynchronous classes share the handle `db`. After COMMIT, the file is checked before the result counts.
   */
  async commit(): Promise<void> {
    if (!this.#hasWritten) {
      this.prepare('COMMIT').run();
      return;
    }
    this.#stamp();
    await AsynchronousLibsql.prototype.exec.call(this.#database, 'COMMIT');
    this.#file?.requireStored();
  }
  #stamp(): void {
    for (const statement of this.#file?.stamp() ?? []) this.#database.exec(statement);
  }
  /**
   * Begins a new log and changes the file's header, so that the header differs from that of all earlier copies. If the disk is full,
   * nothing changes, and the next transaction that can be stored does the same.
   */
  beginLog(header: Buffer): void {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const statement of stampFor(header)) this.#database.exec(statement);
      this.#database.exec('COMMIT');
      this.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      if (errors.classify(error) !== 'unwritable') throw error;
    }
  }
  /** From now on `file` is checked. */
  watch(file: SqliteFile): void {
    this.#file = file;
  }
  pragma(source: string): unknown[] {
    return this.prepare(`PRAGMA ${source}`).all();
  }
  /**
   * Closes the connection, unless the file is lost. A person must find out what happened to a lost file, so nothing is copied into it. The
   * end of the process closes it.
   */
  close(): void {
    if (this.#file?.isLost !== true) this.#database.close();
    this.#file?.release();
  }
  /** For checks of the file that do not go through TypeORM. */
  get database(): Libsql.Database {
    return this.#database;
  }
}
