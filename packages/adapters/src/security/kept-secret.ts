import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEPT_MS } from '@ticket/domain';
import { syncFolder } from '../folder.ts';

const SECRET_FILE = 'jwt-secret';
/** One a line, with the moment it was one no more. */
const PREVIOUS_FILE = 'jwt-secret-previous';

/**
 * A new secret in the place of the one that is kept in the folder, so that no token that was given before opens anything. The old one is
 * kept for a day, for the fingerprints of that day's idempotency keys alone. Says whether there was one.
 */
export function renewKeptSecret(folder: string, now = new Date()): boolean {
  const file = join(folder, SECRET_FILE);
  if (!existsSync(file)) return false;
  const line = `${now.toISOString()} ${readFileSync(file, 'utf8').trim()}`;
  // In this order: killed in between, the old secret is the secret still, and nothing is lost.
  write(folder, PREVIOUS_FILE, [line, ...linesIn(folder, now)].join('\n'));
  write(folder, SECRET_FILE, randomBytes(48).toString('base64url'));
  return true;
}

/** The secrets that were in use within the last day; none of them signs or opens anything. */
export const previousSecrets = (folder: string, now = new Date()): readonly string[] =>
  linesIn(folder, now).map((line) => line.slice(line.indexOf(' ') + 1));

function linesIn(folder: string, now: Date): readonly string[] {
  const file = join(folder, PREVIOUS_FILE);
  if (!existsSync(file)) return [];
  const isRecent = (line: string) => now.getTime() - Date.parse(line.split(' ')[0] ?? '') < KEPT_MS;
  return readFileSync(file, 'utf8').split('\n').filter(isRecent);
}

/** Whole or not at all. */
function write(folder: string, name: string, text: string): void {
  const part = join(folder, `${name}.${process.pid}`);
  writeFileSync(part, text, { mode: 0o600, flush: true });
  renameSync(part, join(folder, name));
  syncFolder(folder);
}
