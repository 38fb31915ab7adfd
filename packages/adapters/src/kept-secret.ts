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
/** The secrets before it: one a line, with the moment until which it was in use. */
const PREVIOUS = 'jwt-secret-previous';
/** Files that a killed start leaves: a random name, or of an older program its process id. */
const LEFTOVER = /^jwt-secret\.(?:\d{1,7}|new-[\da-f-]{36})$/;

/**
 * The secret that is kept in the folder, made at the first start. Processes that start at once end with the same one, and none reads a
 * part of it. Each writes a secret of its own to the end. Then a single step of the file system, a hard link, gives one of them the name.
 * Where the file system has no hard links, the secret lies in a folder that is renamed. The rename fails where a folder with content has
 * the name already.
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
    if (read(folder) === undefined) throw error; // else another process was first
  }
  const made = read(folder);
  if (made === undefined) throw new Error('the secret is gone again');
  removeLeftovers(folder);
  return { ...made, isNew: true };
}

/**
 * A new secret in the place of the one that is kept in the folder, so that no token that was given before opens anything. The old one is
 * kept for a day, for the fingerprints of that day's idempotency keys alone. Says whether there was one.
 */
export function renewKeptSecret(folder: string, now = new Date()): boolean {
  const before = read(folder);
  if (before === undefined) return false;
  // In this order: killed in between, the old secret is the secret still, and nothing is lost.
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

/** Whole or not at all. */
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

/** To its end, and onto the disk, before it gets its name. */
function write(file: string, secret: string): void {
  const opened = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(opened, secret);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** There is a secret, so nothing that another process has begun can become one. */
function removeLeftovers(folder: string): void {
  try {
    for (const name of readdirSync(folder)) if (LEFTOVER.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
  } catch {
    // A folder that may only be read keeps them.
  }
}
