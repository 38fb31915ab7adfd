import { StartFault } from '../../start-fault.ts';
import { checkSqlite } from './sqlite-check.ts';
import { type Held, indexOf, logOf, statsOf } from './sqlite-held.ts';
import { isContinuedBy, isNoLog, isNoPlainFile } from './sqlite-log.ts';

/** Another process may be copying the log while it is looked at; then it is looked at again, after a while. */
const LOOKS = 5;
const PAUSE_MS = 20;

const hasBytes = (path: string): boolean => (statsOf(path)?.size ?? 0n) > 0n;

/**
 * Before SQLite opens anything: a log that continues a file which is not there would be deleted by it. So would a link to a log; and of a link
 * to a database, the log lies where that leads.
 */
export function requireFileOfLog(file: string): void {
  const log = logOf(file);
  for (const path of [file, log]) {
    if (isNoPlainFile(path))
      throw new StartFault(
        `${path} is a folder or a link. SQLite keeps a database and its log beside each other, in plain files. Nothing was opened or changed. Put the file itself there, or move this away.`,
      );
  }
  // The log is looked at first: another process that starts makes it after the file.
  if (!hasBytes(log) || hasBytes(file)) return;
  throw new StartFault(
    `${file} is missing or empty, and its log ${log} is not: what was sold last is in it. Nothing was opened. Put the file back that belongs to it; or: tickets restore FILE; or, to begin with nothing, move the log away.`,
  );
}

/**
 * Before SQLite opens anything: a log that continues another file would be laid over this one. Gives what a person should know of a file
 * that could not be looked through after an unclean stop.
 */
export async function requireSound(file: string, held: Held): Promise<string | undefined> {
  const log = logOf(file);
  if (!hasBytes(log)) return undefined; // after a clean stop
  const owner = await ownerOf(held, log);
  if (owner === 'nobody') {
    throw new StartFault(
      `${log} is no log of SQLite's, or its beginning is damaged: then what was sold last may be in it. Nothing was opened or changed. Put the log back that belongs to ${file}; or: tickets restore FILE; or, to go on without what was in it, move it away.`,
    );
  }
  if (owner === 'another') {
    throw new StartFault(
      `${log} is the log of another file than ${file}: was a backup put over it? Nothing was opened or changed. To have the backup: tickets restore FILE, or move ${log} and ${indexOf(file)} away. To have what was sold last: put the file back that belongs to the log.`,
    );
  }
  const verdict = await checkSqlite(file);
  if (verdict === 'sound') return undefined;
  if (verdict === 'not_known') return `${file} was not closed, and could not be looked through in time (quick_check). It is used as it is.`;
  throw new StartFault(`${file} is damaged (${verdict.damage}). Nothing was changed. Put a backup in its place with: tickets restore FILE`);
}

async function ownerOf(held: Held, log: string): Promise<'this file' | 'another' | 'nobody'> {
  for (let looks = 1; ; looks++) {
    const isLog = !isNoLog(log);
    if (isLog && isContinuedBy(held.header(), log)) return 'this file';
    if (looks === LOOKS) return isLog ? 'another' : 'nobody';
    // It may be in use: between the two looks another process may have copied the log and begun it anew.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
