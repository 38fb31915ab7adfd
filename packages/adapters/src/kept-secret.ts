import { randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { KEPT_MS } from '@ticket/domain/spi';
import { makeFolder, syncFolder } from './folder.ts';

const NAME = 'jwt-secret';
/** Earlier secrets, one on each line, with the time until which it was in use. */
const PREVIOUS = 'jwt-secret-previous';
/** Files that a killed start leaves behind. Their names end in a random id, or in a process id from an older program. */
const LEFTOVER = /^jwt-secret\.(?:\d{1,7}|new-[\da-f-]{36})$/;

/**
 * The secret that is stored in the folder. The first start creates it. Processes that start at the same time get the same secret, and none
 * reads half of it. Each process writes its own secret to a file. Then a hard link, which is one step of the file system, gives the final
 * name to only one of them. If the file system has no hard links, the secret is in a folder that is renamed. The rename fails if a folder
 * with content already has the name.
 */
export function keptSecret(folder: string): { readonly secret: string; readonly file: string; readonly isNew: boolean } {
  const before = read(folder);
  if (before !== undefined) {
    removeLeftovers(folder);
    return { ...before, isNew: false };
  }
  makeFolder(folder);
  try {
    make(folder);
  } catch (error) {
    if (read(folder) === undefined) throw error; // otherwise another process was first
  }
  const made = read(folder);
  if (made === undefined) throw new Error('the secret is gone again');
  removeLeftovers(folder);
  return { ...made, isNew: true };
}

/**
 * Replaces the secret in the folder, so that earlier tokens are no longer valid. The old secret is kept for a day, only for the
 * fingerprints of idempotency keys. Returns whether there was a secret.
 */
export function renewKeptSecret(folder: string, now = new Date()): boolean {
  const before = read(folder);
  if (before === undefined) return false;
  // The order matters: if the process is killed in between, the old secret is still in use, and nothing is lost.
  replace(folder, join(folder, PREVIOUS), [`${now.toISOString()} ${before.secret}`, ...previousLines(folder, now)].join('\n'));
  replace(folder, before.file, randomBytes(48).toString('base64url'));
  return true;
}

/** The secrets that were in use within the last day. None of them signs or verifies tokens. */
export const previousSecrets = (folder: string, now = new Date()): readonly string[] =>
  previousLines(folder, now).map((line) => line.slice(line.indexOf(' ') + 1));

function previousLines(folder: string, now: Date): readonly string[] {
  const file = join(folder, PREVIOUS);
  if (!existsSync(file)) return [];
  const isRecent = (line: string) => now.getTime() - Date.parse(line.split(' ')[0] ?? '') < KEPT_MS;
  return readFileSync(file, 'utf8').split('\n').filter(isRecent);
}

/** Replaces the file completely or not at all. */
function replace(folder: string, file: string, text: string): void {
  const whole = join(folder, `${PREVIOUS}.new-${randomUUID()}`);
  write(whole, text);
  renameSync(whole, file);
  syncFolder(folder);
}

function read(folder: string): { readonly secret: string; readonly file: string } | undefined {
  const named = join(folder, NAME);
  const found = statSync(named, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const file = found.isDirectory() ? join(named, NAME) : named;
  return { secret: readFileSync(file, 'utf8').trim(), file };
}

function make(folder: string): void {
  const named = join(folder, NAME);
  const own = join(folder, `${NAME}.new-${randomUUID()}`);
  const secret = randomBytes(48).toString('base64url');
  try {
    write(own, secret);
    try {
      linkSync(own, named);
    } catch {
      rmSync(own);
      mkdirSync(own, { mode: 0o700 });
      write(join(own, NAME), secret);
      renameSync(own, named);
    }
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** Writes the file completely and to the disk, before it gets its final name. */
function write(file: string, secret: string): void {
  const opened = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(opened, secret);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** Removes files of unfinished starts. A secret exists, so none of these files can become one. */
function removeLeftovers(folder: string): void {
  try {
    for (const name of readdirSync(folder)) if (LEFTOVER.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
  } catch {
    // In a read-only folder they stay.
  }
}
