import { StartFault } from '../../start-fault.ts';
import { messageOf } from '../database-errors.ts';
import { whatIsAt } from './sqlite-backup.ts';
import { hasMagic, headerOf } from './sqlite-log.ts';

/** Common parts of the commands for the tools of database servers. */

/** Quotes a word for a shell. */
export const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** Refuses a local file that is an SQLite database. Other files are accepted, because the dump may be on another machine. */
export function requireNotSqlite(source: string, server: string): void {
  if (whatIsAt(source) !== 'a file' || !isSqlite(source)) return;
  throw new StartFault(
    `${source} is a SQLite database, and the configuration names ${server}. Nothing was changed. To replace the embedded database with it, remove DATABASE_URL (or the other address that is set) and every DB_ variable from the environment and from .env. Then restore again. To restore the server, name a dump of that server.`,
  );
}

function isSqlite(file: string): boolean {
  try {
    return hasMagic(headerOf(file));
  } catch (error) {
    throw new StartFault(`${file} could not be restored: ${messageOf(error)}. Nothing was changed. Correct that, then restore again.`);
  }
}
