import type { Ask } from './dialect.ts';
import { weaknessOfCheck } from './sql.ts';
import { errors } from './sqlite-errors.ts';

/** FULL, and EXTRA, which syncs even more often. */
const SYNCED = [2, 3];

/** Checks the settings of the writing connection. */
export async function weaknessesOfWriter(ask: Ask, now: string): Promise<readonly string[]> {
  const pragma = async (name: string): Promise<unknown> => Object.values((await ask(`PRAGMA ${name}`))[0] ?? {})[0];
  const [synchronous, journal, uncommitted] = [await pragma('synchronous'), await pragma('journal_mode'), await pragma('read_uncommitted')];
  return [
    ...(await weaknessOfCheck(ask, { now, errors })),
    ...(uncommitted === 0 ? [] : ['read_uncommitted is on: what is not committed yet may be read']),
    ...(journal === 'wal' ? [] : [`journal_mode is ${journal}, not wal: readers wait for writers, and a crash may damage the file`]),
    ...(SYNCED.includes(Number(synchronous)) ? [] : [`synchronous is ${synchronous}, not FULL: a power cut may lose bookings that were confirmed`]),
  ];
}
