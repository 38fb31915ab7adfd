import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '../../folder.ts';
import { indexOf, logOf } from './sqlite-held.ts';
import { lockFolder } from './sqlite-lock.ts';

/*
 * Replaces one database by another. The new one is prepared under another name. When it has the name below, it is the database. If the
 * process is then killed, the next process that opens the folder moves it to its place.
 */
const READY = /^tickets\.sqlite-ready-([\dTZ-]+)$/;
export const readyName = (stamp: string): string => `tickets.sqlite-ready-${stamp}`;
const keptName = (stamp: string): string => `tickets.sqlite-before-${stamp}`;

const stampsIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).flatMap((name) => READY.exec(name)?.[1] ?? []) : []);

/** Finishes an exchange that was interrupted. Takes the lock for using the folder, and returns a function that releases it. */
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
  release(); // another restore has prepared a database just now
  return useFolder(folder);
}

/**
 * Moves the old database aside with all its files, and the new one to its place. The caller must hold the lock for an exchange. Returns
 * where the old files are, if there were any.
 */
export function finishExchange(folder: string): string | undefined {
  const file = join(folder, 'tickets.sqlite');
  let kept: string | undefined;
  for (const stamp of stampsIn(folder)) {
    const aside = join(folder, keptName(stamp));
    // The log is moved first, so that it is never beside another file.
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
    kept = [aside, logOf(aside)].find((name) => existsSync(name)) ?? kept; // if the file was missing, its log may have the last sales
  }
  return kept;
}
