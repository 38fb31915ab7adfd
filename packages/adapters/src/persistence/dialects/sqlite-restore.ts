import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { Unavailable } from '@ticket/domain';
import { makeFolder, syncFolder } from '../../folder.ts';
import { StartFault } from '../../start-fault.ts';
import { messageOf } from '../database-errors.ts';
import type { SqliteConfig } from './config.ts';
import type { Restored, Restoring } from './dialect.ts';
import { requireOurs, syncFile, whatIsAt } from './sqlite-backup.ts';
import { finishExchange, readyName } from './sqlite-exchange.ts';
import { logOf } from './sqlite-held.ts';
import { lockFolder } from './sqlite-lock.ts';
import { hasMagic, headerOf, isContinuedBy, isNoLog, isNoPlainFile } from './sqlite-log.ts';
import { SQLITE_FILE } from './sqlite-open.ts';

const WORK = 'tickets.sqlite-restoring';

/**
 * Replaces the embedded database with a backup, and keeps the old database beside it. No process may have the database open. Before
 * anything changes, a copy of the backup is checked, brought up to date and passed to `look`. If the process is killed at any moment, one
 * of the two databases is complete in its place (sqlite-exchange.ts).
 */
export async function restore(config: SqliteConfig, from: string, restoring: Restoring): Promise<Restored> {
  let isReady = false;
  const beforeExchange = () => {
    restoring.beforeExchange();
    isReady = true;
  };
  try {
    return await exchange(config, resolve(from), { ...restoring, beforeExchange });
  } catch (error) {
    if (isReady)
      throw new StartFault(
        `The old database could not be replaced with the backup: ${messageOf(error)}. Start the server, or restore again. Afterwards the folder has either the backup or the old database.`,
      );
    if (error instanceof StartFault || error instanceof Unavailable) throw error;
    throw new StartFault(`${resolve(from)} could not be restored: ${messageOf(error)}. ${NOTHING} Correct that, then restore again.`);
  }
}

async function exchange({ folder }: SqliteConfig, source: string, { bringUpToDate, look, beforeExchange }: Restoring): Promise<Restored> {
  const file = join(folder, SQLITE_FILE);
  requireBackup(source, file);
  makeFolder(folder);
  const release = lockedAlone(folder);
  const work = join(folder, WORK);
  try {
    finishExchange(folder); // finishes a restore that was killed
    if (existsSync(file)) await requireUnused(file, folder);
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { mode: 0o700 });
    const copy = join(work, SQLITE_FILE);
    copyOf(source, copy);
    await requireOurs(copy, source, NAME_ANOTHER);
    await bringUpToDate({ engine: 'sqlite', folder: work }).catch((error: unknown) => {
      throw error instanceof StartFault ? new StartFault(`${error.message.replaceAll(work, source)} The database is as it was.`) : error;
    });
    await look({ engine: 'sqlite', folder: work });
    if (existsSync(logOf(copy)) && statSync(logOf(copy)).size > 0) throw new Error('the copy has a log of its own still');
    // The copy is copied once more. libsql may close the first copy later, and SQLite would treat a renamed file as that one.
    const ready = join(work, 'ready');
    copyFileSync(copy, ready);
    chmodSync(ready, (statSync(file, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777);
    syncFile(ready);
    beforeExchange();
    renameSync(ready, join(folder, readyName(new Date().toISOString().replace(/[:.]/g, '-'))));
    syncFolder(folder);
    return { kept: finishExchange(folder) };
  } finally {
    rmSync(work, { recursive: true, force: true });
    release();
  }
}

const NOTHING = 'Nothing was changed.';
const NAME_ANOTHER = `Name a file that ticketctl backup has made. ${NOTHING}`;

function requireBackup(source: string, file: string): void {
  const refuse = (why: string, then = NAME_ANOTHER) => {
    throw new StartFault(`${why} ${then}`);
  };
  const there = whatIsAt(source);
  if (there === 'nothing') refuse(`There is no file ${source}, or this user may not see it.`);
  if (there !== 'a file') refuse(`${source} is no file, but ${there}.`);
  const [stats, own] = [statSync(source), statSync(file, { throwIfNoEntry: false })];
  if (own?.ino === stats.ino && own.dev === stats.dev) refuse(`${source} is the database itself.`);
  const header = headerOf(source);
  if (DUMP_BEGINNING.test(header.toString('latin1')))
    refuse(
      `${source} is a dump of MySQL or MariaDB, and the configuration names the embedded database in ${dirname(file)}. ${NOTHING}`,
      'If you mean a database server, set DB_HOST or DATABASE_URL, and restore again. The command then prints what to run.',
    );
  if (!hasMagic(header)) refuse(`${source} is no SQLite database.`);
  const log = logOf(source);
  if (isNoPlainFile(log) || isNoLog(log)) refuse(`${log} is no log of SQLite's, or its beginning is damaged.`, `${WITHOUT} ${NOTHING}`);
  if (!isContinuedBy(header, log)) refuse(`${log} is the log of another file than ${source}.`, `${WITHOUT} ${NOTHING}`);
}
/** The beginning of dumps by mysqldump and mariadb-dump, with comments and without. */
const DUMP_BEGINNING = /^(?:-- (?:MySQL|MariaDB) dump|\/\*M?!)/;

const WITHOUT = 'Move the log away to restore without it.';

/** Copies the file, and its log if there is one. A backup that was copied by hand may have a log with a part of its data. */
function copyOf(source: string, copy: string): void {
  copyFileSync(source, copy);
  if (existsSync(logOf(source))) copyFileSync(logOf(source), logOf(copy));
}

const inUse = (folder: string) =>
  new StartFault(
    `The database in ${folder} is in use: a server, a command or another program has it open. Stop it, then restore. Nothing was changed.`,
  );

function lockedAlone(folder: string): () => void {
  try {
    return lockFolder(folder, 'exchange');
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) throw inUse(folder);
    throw error;
  }
}

/**
 * Opens the database under a second name, under which it has no log, so the real log is not touched. If another process has the file open,
 * it has a lock on it, whatever the name.
 */
const PROGRAM = `
  try {
    new (require(process.argv[1]))(process.argv[2]).exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    if (error.code?.startsWith('SQLITE_BUSY')) console.log('busy');
  }
  process.exit();
`;

/**
 * Other programs do not take our lock file, so this looks for their locks on the database. If the file system has no hard links, they are
 * not detected.
 */
async function requireUnused(file: string, folder: string): Promise<void> {
  const second = join(folder, `${WORK}-second-name`);
  const ends = ['', '-wal', '-shm', '-journal'];
  try {
    for (const end of ends) rmSync(second + end, { force: true });
    linkSync(file, second);
    const library = createRequire(import.meta.url).resolve('libsql');
    const said = await new Promise<string>((done) => {
      execFile(process.execPath, ['-e', PROGRAM, library, second], { env: {} }, (_, words) => done(words));
    });
    if (said.trim() === 'busy') throw inUse(folder);
  } catch (error) {
    if (error instanceof StartFault) throw error;
  } finally {
    for (const end of ends) rmSync(second + end, { force: true });
  }
}
