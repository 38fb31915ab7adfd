import { StartFault } from '../../start-fault.ts';
import { checkSqlite } from './sqlite-check.ts';
import { type Held, indexOf, logOf, statsOf } from './sqlite-held.ts';
import { isContinuedBy, isNoLog, isNoPlainFile } from './sqlite-log.ts';

/** Another process may copy the log during a check. So a failed check is repeated after a pause. */
const LOOKS = 5;
const PAUSE_MS = 20;

const hasBytes = (path: string): boolean => (statsOf(path)?.size ?? 0n) > 0n;

/**
 * Called before SQLite opens anything. Refuses a log whose file is missing, because SQLite would delete the log. It also refuses links:
 * SQLite would delete a link to a log, and for a link to a database it would look for the log beside the link's target.
 */
export function requireFileOfLog(file: string): void {
  const log = logOf(file);
  for (const path of [file, log]) {
    if (isNoPlainFile(path))
      throw new StartFault(
        `${path} is a folder or a link. SQLite keeps a database and its log beside each other, in plain files. Nothing was opened or changed. Put the file itself there, or move the folder or link away.`,
      );
  }
  // The log is checked first, because another process that starts creates it after the file.
  if (!hasBytes(log) || hasBytes(file)) return;
  throw new StartFault(
    `${file} is missing or empty, and its log ${log} is not. The newest sales are in the log. Nothing was opened. Put the file back that belongs to the log. Or restore a backup: ticketctl restore FILE. Or move the log away, to begin with an empty database.`,
  );
}

/**
 * Called before SQLite opens anything. Refuses a log that belongs to another file, because SQLite would apply it to this one. After an
 * unclean stop it checks the file. Returns a notice if the check took too long.
 */
export async function requireSound(file: string, held: Held): Promise<string | undefined> {
  const log = logOf(file);
  if (!hasBytes(log)) return undefined; // the last stop was clean
  const owner = await ownerOf(held, log);
  if (owner === 'nobody') {
    throw new StartFault(
      `${log} is no log of SQLite's, or its beginning is damaged. It may contain the newest sales. Nothing was opened or changed. Put the log back that belongs to ${file}. Or restore a backup: ticketctl restore FILE. Or go on without the log: move it away.`,
    );
  }
  if (owner === 'another') {
    throw new StartFault(
      `${log} is the log of another file than ${file}. Perhaps a backup was copied over that file. Nothing was opened or changed. To use the backup: ticketctl restore FILE, or move ${log} and ${indexOf(file)} away. To keep the newest sales: put the file back that belongs to the log.`,
    );
  }
  const verdict = await checkSqlite(file);
  if (verdict === 'sound') return undefined;
  if (verdict === 'not_known') return `${file} was not closed, and could not be checked in time (quick_check). The server uses it unchecked.`;
  throw new StartFault(`${file} is damaged (${verdict.damage}). Nothing was changed. Restore a backup with: ticketctl restore FILE`);
}

async function ownerOf(held: Held, log: string): Promise<'this file' | 'another' | 'nobody'> {
  for (let looks = 1; ; looks++) {
    const isLog = !isNoLog(log);
    if (isLog && isContinuedBy(held.header(), log)) return 'this file';
    if (looks === LOOKS) return isLog ? 'another' : 'nobody';
    // The log may be in use: while it was read, another process may have copied it and begun it again.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
