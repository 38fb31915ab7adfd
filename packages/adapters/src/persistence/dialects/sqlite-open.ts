import { accessSync, closeSync, constants, existsSync, openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { makeFolder } from '../../folder.ts';
import { StartFault } from '../../start-fault.ts';
import { migrations } from '../migrations/index.ts';
import { schemasFor } from '../schemas.ts';
import type { Opened, Opening } from './dialect.ts';
import { LibsqlConnection } from './sqlite-connection.ts';
import { useFolder } from './sqlite-exchange.ts';
import { SqliteFile } from './sqlite-file.ts';
import { Held } from './sqlite-held.ts';
import { requireFileOfLog, requireSound } from './sqlite-start.ts';

/** The embedded database's file in DATA_DIR. */
export const SQLITE_FILE = 'tickets.sqlite';

/** While SQLite waits for a lock, the whole process waits. So it waits only briefly, and the transaction is tried again later. */
const BUSY_TIMEOUT_MS = 50;

/**
 * The size of the log at which SQLite copies it into the file: 32 MB. A checkpoint copies each changed page once, and sales change the same
 * pages many times. With SQLite's default of 1,000 pages, bookings were a quarter slower. A higher limit would make bookings wait longer
 * during a checkpoint. docs/decisions/0008-embedded-engine.md has figures.
 */
const CHECKPOINT_PAGES = 8000;

/**
 * Opens two data sources on one file. TypeORM has one connection for each SQLite data source, so on a single one reads would see
 * uncommitted rows. The writer runs transactions, one at a time (database.ts). The reader runs queries, which see the last commit in WAL
 * mode and never wait.
 */
export async function openSqlite(
  folder: string,
  { makes = true, accounts = 'ours', onLost = () => {} }: Partial<Opening> = {},
): Promise<Opened & { readonly notice: string | undefined }> {
  const file = join(folder, SQLITE_FILE);
  if (!makes && !hasTraces(folder))
    throw new StartFault(
      `There is no database in ${folder}. Check DATA_DIR. For a database server, set DB_HOST. To create a database: ticketctl migrate. Nothing was created.`,
    );
  requireWritable(folder);
  const release = useFolder(folder);
  let held: Held | undefined;
  const opened: { readonly source: DataSource; readonly connection: LibsqlConnection }[] = [];
  const open = async (prepareDatabase: (connection: LibsqlConnection) => void) => {
    let connection: LibsqlConnection | undefined;
    const source = new DataSource({
      type: 'better-sqlite3',
      driver: LibsqlConnection,
      database: file,
      entities: schemasFor(accounts),
      migrations,
      migrationsTransactionMode: 'each',
      logging: false,
      prepareDatabase: (made: LibsqlConnection) => {
        connection = made;
        prepareDatabase(made);
      },
    });
    await source.initialize();
    if (connection === undefined) throw new Error('TypeORM has prepared no connection');
    const one = { source, connection };
    opened.push(one);
    return one;
  };
  let watched: SqliteFile | undefined;
  try {
    requireFileOfLog(file);
    if (!makes && !existsSync(file))
      throw new StartFault(
        `${file} is missing, but other files of the database are there. Perhaps it was moved or deleted while a server was running. Nothing was created. Stop the server, and put the file back or run: ticketctl restore FILE`,
      );
    requireWritableFile(file);
    const main = Held.of(file);
    held = main;
    const notice = await requireSound(file, main);
    const writer = await open((connection) => {
      connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
      connection.pragma('journal_mode = WAL');
      connection.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      // With FULL, a commit that was answered survives a power cut. TypeORM's WAL option would leave NORMAL.
      connection.pragma('synchronous = FULL');
      const [row] = connection.pragma('synchronous');
      if (JSON.stringify(row) !== '{"synchronous":2}') throw new Error('SQLite did not accept synchronous = FULL');
    });
    const reader = await open((connection) => {
      connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
      connection.pragma('query_only = ON');
    });
    for (const { source } of opened) await source.query('SELECT COUNT(*) FROM sqlite_master'); // after this read, each connection has the log open
    watched = new SqliteFile(file, main, reader.connection.database, onLost, release);
    for (const { connection } of opened) connection.watch(watched);
    return {
      writer: writer.source,
      reader: reader.source,
      plainPrefix: '',
      notice,
      whenUpToDate: () => writer.connection.beginLog(main.header()),
      close: () => close(writer.source, reader.source),
    };
  } catch (error) {
    for (const { source } of opened) await source.destroy();
    if (watched === undefined) {
      held?.release();
      release();
    }
    return explain(error, file);
  }
}

/** Whether the folder has or had a database. If the file is gone, the files beside it may remain. */
const hasTraces = (folder: string): boolean => existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(SQLITE_FILE));

/** Throws a one-line fault for errors that do not go away by waiting. */
function explain(error: unknown, file: string): never {
  const code = codeOf(error);
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') {
    throw new StartFault(
      `${file} is no usable SQLite database (${code}). Nothing was changed. Restore a backup with: ticketctl restore FILE. Or choose another DATA_DIR.`,
    );
  }
  // libsql gives no code for SQLITE_CANTOPEN (14).
  if (error instanceof Error && /Unable to open connection/.test(error.message)) {
    throw new StartFault(
      `${file} cannot be opened. Nothing was changed. If the user of this program may not write the file, choose another DATA_DIR.`,
    );
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_PERM')) {
    throw notWritable(file, code);
  }
  throw error;
}

/**
 * Checks that the file is writable, because SQLite would open a read-only file and refuse every later write. A missing file is created for
 * its owner only. SQLite gives the two files beside it the same rights.
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
  new StartFault(
    `${file} cannot be opened for writing (${code}). Nothing was changed. Give the user of this program the right, or choose another DATA_DIR.`,
  );

function requireWritable(folder: string): void {
  try {
    makeFolder(folder);
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new StartFault(
      `DATA_DIR ${folder} cannot be written (${codeOf(cause)}). Nothing was changed. Choose a folder in which the user of this program may write, or give the user the right.`,
    );
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown error');

async function close(writer: DataSource, reader: DataSource): Promise<void> {
  await reader.destroy();
  // After a clean stop, the one file is the whole database, so a copy of it is complete. If another process still uses the log, this may fail.
  await writer.query('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
  await writer.destroy();
}
