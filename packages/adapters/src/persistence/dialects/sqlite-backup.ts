import { closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Libsql from 'libsql';
import { syncFolder } from '../../folder.ts';
import { StartFault } from '../../start-fault.ts';
import { codeOf, messageOf } from '../database-errors.ts';
import { migrations } from '../migrations/index.ts';
import type { SqliteConfig } from './config.ts';
import { checkSqlite } from './sqlite-check.ts';
import { openSqlite } from './sqlite-open.ts';

/**
 * Copies a snapshot of the embedded database into a new file during sales. It reads committed rows, and no sale waits for it. The file gets
 * its name only when it is complete, checked and on the disk.
 */
export async function backUp({ folder }: SqliteConfig, to: string): Promise<'done'> {
  const target = resolve(to);
  requireNothingAt(target);
  const part = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
  let opened: Awaited<ReturnType<typeof openSqlite>> | undefined;
  try {
    opened = await openSqlite(folder, { makes: false });
    makePart(part);
    await opened.writer.query('VACUUM INTO ?', [part]);
    await requireOurs(part, 'The copy', 'No backup was made. Is the database itself damaged? Then restore a backup from before.');
    syncFile(part);
    giveName(part, target);
    syncFolder(dirname(target));
    return 'done';
  } catch (error) {
    if (error instanceof StartFault) throw error;
    throw new StartFault(
      `The backup ${target} could not be made: ${messageOf(error)}. No part of it is left, and the database was not changed. Check whether the disk is full. Then try again, or use another folder.`,
    );
  } finally {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(part + end, { force: true });
    await opened?.reader.destroy();
    await opened?.writer.destroy();
  }
}

/** Endings of SQLite's own files. SQLite could delete a backup with such a name. */
const OF_SQLITE = /-(?:journal|wal|shm|lock)$/;

function requireNothingAt(target: string): void {
  const refuse = (why: string) => {
    throw new StartFault(`${why} No backup was made.`);
  };
  const { parent, there } = { parent: dirname(target), there: whatIsAt(target) };
  if (OF_SQLITE.test(target)) refuse(`${target} has a name that SQLite uses for files of its own. Give another, such as ${target}.sqlite.`);
  if (there === 'a folder') refuse(`${target} is a folder. Name a file in it, such as ${join(target, 'backup.sqlite')}.`);
  if (there === 'a dangling link') refuse(`${target} is a link that leads to nothing, and no backup is made through a link. Name a file.`);
  if (there !== 'nothing') refuse(`${target} is there already, and no backup is made over another. Give a name that is free.`);
  if (whatIsAt(parent) === 'nothing') refuse(`There is no folder ${parent}. Make it, or name another.`);
  if (whatIsAt(parent) !== 'a folder') refuse(`${parent} is no folder. Name a file in a folder.`);
}

/** Creates the file for its owner only, because SQLite would make it readable to all. */
function makePart(part: string): void {
  try {
    closeSync(openSync(part, 'wx', 0o600));
  } catch (error) {
    throw new StartFault(
      `No file can be made in ${dirname(part)} (${codeOf(error)}). Name a folder in which this user may write. No backup was made.`,
    );
  }
}

export type There = 'nothing' | 'a file' | 'a folder' | 'a dangling link' | 'something else';

/** What is at the path, as far as this user can see. */
export function whatIsAt(path: string): There {
  try {
    const [itself, target] = [lstatSync(path, { throwIfNoEntry: false }), statSync(path, { throwIfNoEntry: false })];
    if (target === undefined) return itself === undefined ? 'nothing' : 'a dangling link';
    if (target.isDirectory()) return 'a folder';
    return target.isFile() ? 'a file' : 'something else';
  } catch {
    return 'nothing';
  }
}

/**
 * Requires that the file is complete and a database of this program. `named` is the name of the file in messages. `then` is added to the
 * message of a fault.
 */
export async function requireOurs(file: string, named: string, then: string): Promise<void> {
  const verdict = await checkSqlite(file, 0);
  if (verdict === 'not_known') throw new StartFault(`${named} could not be checked. ${then}`);
  if (verdict !== 'sound') throw new StartFault(`${named} is damaged, or no SQLite database (${verdict.damage}). ${then}`);
  const database = new Libsql(file);
  try {
    const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all() as { name: string }[];
    const has = new Set(tables.map(({ name }) => name));
    const first = has.has('migrations') ? database.prepare('SELECT name FROM migrations ORDER BY timestamp LIMIT 1').get() : undefined;
    const [FirstTables] = migrations;
    const isOurs = typeof first === 'object' && first !== null && 'name' in first && first.name === FirstTables?.name;
    if (!isOurs || !['events', 'bookings', 'stock_movements'].every((name) => has.has(name)))
      throw new StartFault(`${named} is a SQLite database without the tables of this program. Was it copied without its log? ${then}`);
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

/**
 * Gives the file its final name, and never replaces another file. If the file system has no hard links (FAT), it first creates an empty
 * file with the name.
 */
function giveName(part: string, target: string): void {
  try {
    linkSync(part, target);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code !== 'EEXIST') closeSync(openSync(target, 'wx', 0o600));
    else
      throw new StartFault(
        `Another program has created ${target} meanwhile, and a backup never replaces a file. Give the name of a file that does not exist. No backup was made.`,
      );
    renameSync(part, target);
  }
}
