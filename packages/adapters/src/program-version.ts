import { readFileSync } from 'node:fs';

/** This program's own version. */
export const PROGRAM_VERSION = versionOf(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

function versionOf(description: unknown): string {
  if (typeof description === 'object' && description !== null && 'version' in description) return String(description.version);
  throw new Error('package.json names no version');
}
