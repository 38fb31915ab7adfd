import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes the folder and what is missing above it, one by one: Node's own `recursive` never returns where the system makes none (/proc). */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolder(dirname(folder));
    mkdirSync(folder);
  }
}
