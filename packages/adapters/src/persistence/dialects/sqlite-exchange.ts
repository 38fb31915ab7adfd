import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '../../folder.ts';
import { indexOf, logOf } from './sqlite-held.ts';
import { lockFolder } from './sqlite-lock.ts';

/*
 * One database takes the place of another. The new one is made ready under another name. Once it has the name below, it is the database,
 * whatever is killed after that: the next process that opens the folder moves it to its place.
 */
const READY = /^tickets\.sqlite-ready-([\dTZ-]+)$/;
export const readyName = (stamp: string): string => `tickets.sqlite-ready-${stamp}`;
const keptName = (stamp: string): string => `tickets.sqlite-before-${stamp}`;

const stampsIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).flatMap((name) => READY.exec(name)?.[1] ?? []) : []);

/** Finishes an exchange that was begun. Returns a lock for using the folder. */
export function useFolder(folder: string): () => void {
  if (stampsIn(folder).length > 0) {
    const release = lockFolder(folder, 'exchange');
    try {
      finishExchange(folder);
    } finally {
      release();
    }
  }
  const release = lockFolder(folder, 'use');
  if (stampsIn(folder).length === 0) return release;
  release(); // one was made ready this moment
  return useFolder(folder);
}

/** Needs the lock for an exchange. All files at the old one's place move aside together; returns where they are, if there were any. */
export function finishExchange(folder: string): string | undefined {
  const file = join(folder, 'tickets.sqlite');
  let kept: string | undefined;
  for (const stamp of stampsIn(folder)) {
    const aside = join(folder, keptName(stamp));
    // The log first: it is never beside a file that is not its own.
    for (const [from, to] of [
      [logOf(file), logOf(aside)],
      [indexOf(file), indexOf(aside)],
      [file, aside],
    ] as const) {
      if (existsSync(from)) renameSync(from, to);
    }
    syncFolder(folder);
    renameSync(join(folder, readyName(stamp)), file);
    syncFolder(folder);
    kept = [aside, logOf(aside)].find((name) => existsSync(name)) ?? kept; // where the file was missing, its log has what was sold last
  }
  return kept;
}
