import Libsql from 'libsql';
import AsynchronousLibsql from 'libsql/promise';
import { errors } from './sqlite-errors.ts';
import { type SqliteFile, stampFor } from './sqlite-file.ts';

/**
 * The parts of better-sqlite3 that TypeORM's driver uses, on libsql, which comes prebuilt for every platform. There are two differences.
 * A transaction takes the write lock when it begins: one that reads first fails when another process wrote before its own write. And
 * parameters go as one array, since libsql refuses a lone null.
 */
export class LibsqlConnection {
  readonly #database: Libsql.Database;
  /** In the transaction that is open. */
  #hasWritten = false;
  #file: SqliteFile | undefined;
  constructor(file: string) {
    this.#database = new Libsql(file);
  }
  prepare(sql: string) {
    const statement = this.#database.prepare(sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql);
    const begins = sql.startsWith('BEGIN');
    return {
      reader: statement.reader,
      all: (...parameters: unknown[]) => {
        this.#file?.requireThere({ looks: false });
        return statement.all(parameters);
      },
      run: (...parameters: unknown[]) => {
        if (begins) this.#file?.requireThere({ looks: true });
        if (sql === 'COMMIT' && this.#hasWritten) this.#stamp();
        this.#hasWritten = !begins;
        return statement.run(parameters);
      },
    };
  }
  /**
   * COMMIT on a thread of libsql's: it alone waits for the disk, and takes a third of a booking's time. Meanwhile this thread reads and
   * answers others. Nobody may use the connection until it is done. Where nothing was written, there is nothing to wait for. libsql's two
   * faces share the handle that is their `db`. What was written counts once the file is known to be where it was.
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
   * A log of this start's own, on a file that is told by its header from every copy made of it before. Other processes may use the file,
   * and where the disk is full it stays as it is: the next transaction that can be stored does the same.
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
  /** From now on its file is watched. */
  watch(file: SqliteFile): void {
    this.#file = file;
  }
  pragma(source: string): unknown[] {
    return this.prepare(`PRAGMA ${source}`).all();
  }
  /** A person has to find out what happened to a lost file. Nothing is copied into it, and the end of the process closes it. */
  close(): void {
    if (this.#file?.isLost !== true) this.#database.close();
    this.#file?.release();
  }
  /** For looking at the file without a word from TypeORM. */
  get database(): Libsql.Database {
    return this.#database;
  }
}
