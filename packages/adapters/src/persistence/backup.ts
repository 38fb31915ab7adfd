import { closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Libsql from 'libsql';
import { syncFolder } from '../folder.ts';
import { StartFault } from '../start-fault.ts';
import type { DatabaseConfig } from './database.ts';
import { messageOf } from './database-errors.ts';
import { migrations } from './migrations/index.ts';
import type { MySqlConfig } from './mysql.ts';
import { openSqlite } from './sqlite.ts';
import { checkSqlite } from './sqlite-check.ts';

/** What the database's own tools have to do, where it is not this program's to do. */
export interface ByOtherTools {
  readonly backUp: string;
  readonly restore: string;
  /** What has to be written otherwise for MariaDB's own tools. */
  readonly onMariaDb: string | undefined;
}

/**
 * Copies the embedded database as it is at one moment into a new file, while others sell: it reads what was committed, and nobody waits for
 * it. The file has its name once it is whole, checked and on the disk. Of another database it gives the commands that do it.
 */
export async function backUp(config: DatabaseConfig, to: string): Promise<'done' | ByOtherTools> {
  const target = resolve(to);
  if (config.engine !== 'sqlite') return byOtherTools(config, target);
  requireNothingAt(target);
  const part = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
  let opened: Awaited<ReturnType<typeof openSqlite>> | undefined;
  try {
    opened = await openSqlite(config.folder, { makes: false });
    closeSync(openSync(part, 'wx', 0o600)); // SQLite would make it readable to all
    await opened.writer.query('VACUUM INTO ?', [part]);
    await requireOurs(part, target);
    syncFile(part);
    giveName(part, target);
    syncFolder(dirname(target));
    return 'done';
  } catch (error) {
    if (error instanceof StartFault) throw error;
    throw new StartFault(`${target} could not be made: ${messageOf(error)}. Nothing is left there.`);
  } finally {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(part + end, { force: true });
    await opened?.reader.destroy();
    await opened?.writer.destroy();
  }
}

/** SQLite takes such a file beside a database for its own, and deletes it. */
const OF_SQLITE = /-(?:journal|wal|shm|lock)$/;

function requireNothingAt(target: string): void {
  if (OF_SQLITE.test(target))
    throw new StartFault(`${target} has a name that SQLite uses for files of its own. Give another, such as ${target}.sqlite`);
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined)
    throw new StartFault(`${target} is there already, and no backup is made over another. Give a name that is free.`);
  if (statSync(dirname(target), { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new StartFault(`There is no folder ${dirname(target)}. Make it, or name another.`);
}

/** Whether the file is whole, and a database of this program. `named` is what a person knows it by. */
export async function requireOurs(file: string, named: string): Promise<void> {
  const verdict = await checkSqlite(file, 0);
  if (verdict === 'not_known') throw new StartFault(`${named} could not be looked through.`);
  if (verdict !== 'sound') throw new StartFault(`${named} is damaged, or no SQLite database (${verdict.damage}).`);
  const database = new Libsql(file);
  try {
    const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all() as { name: string }[];
    const has = new Set(tables.map(({ name }) => name));
    const first = has.has('migrations') ? database.prepare('SELECT name FROM migrations ORDER BY timestamp LIMIT 1').get() : undefined;
    const [FirstTables] = migrations;
    const isOurs = typeof first === 'object' && first !== null && 'name' in first && first.name === FirstTables?.name;
    if (!isOurs || !['users', 'events', 'bookings', 'stock_movements'].every((name) => has.has(name)))
      throw new StartFault(`${named} is a SQLite database without the tables of this program. Was it copied without its log?`);
  } finally {
    database.close();
  }
}

export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Never over what is there. Where a second name is refused (FAT), the name is taken first, empty. */
function giveName(part: string, target: string): void {
  try {
    linkSync(part, target);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code !== 'EEXIST') closeSync(openSync(target, 'wx', 0o600));
    else throw new StartFault(`${target} was made by somebody else meanwhile, and no backup is made over another.`);
    renameSync(part, target);
  }
}

/** As a shell takes one word. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

function byOtherTools({ host, port, user, password, database, socket, tls }: MySqlConfig, file: string): ByOtherTools {
  const place = socket === undefined ? [`--host=${host}`, `--port=${port}`, '--protocol=tcp'] : ['--protocol=socket', `--socket=${socket}`];
  const authority = tls?.ca === undefined ? [] : [`--ssl-ca=${tls.caFile ?? 'FILE_WITH_DB_SSL_CA'}`];
  // Preferring TLS is what the tools do anyway.
  const asked = tls?.mode === 'preferred' ? undefined : tls;
  const line = asked === undefined ? [] : [`--ssl-mode=${asked.mode.toUpperCase().replace('-', '_')}`, ...authority];
  // The password is asked for: in the command every process would see it.
  const where = [...place, `--user=${user}`, ...line, ...(password === '' ? [] : ['--password'])].map(quoted).join(' ');
  const name = quoted(database);
  return {
    backUp: `(umask 077 && mysqldump ${where} --single-transaction --no-tablespaces --hex-blob --default-character-set=utf8mb4 ${name} > ${quoted(file)})`,
    restore: `mysql ${where} --default-character-set=utf8mb4 ${name} < ${quoted(file)}`,
    onMariaDb: asked && `Its tools take ${asked.mode === 'required' ? '--ssl' : '--ssl --ssl-verify-server-cert'} in place of ${line[0]}.`,
  };
}
