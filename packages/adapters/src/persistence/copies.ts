import { Database } from './database.ts';
import type { DatabaseConfig } from './dialects/config.ts';
import type { ByOtherTools, Restored, Restoring } from './dialects/dialect.ts';
import { dialectOf } from './dialects/index.ts';

/** Copies the embedded database into a new file during sales. For another database it returns the commands to run. */
export const backUp = (config: DatabaseConfig, to: string): Promise<'done' | ByOtherTools> => dialectOf(config).copies.backUp(to);

/** Replaces the embedded database with a backup; no process may have it open. For another database it returns the commands to run. */
export const restore = (config: DatabaseConfig, from: string, restoring: Omit<Restoring, 'bringUpToDate'>): Promise<Restored | ByOtherTools> =>
  dialectOf(config).copies.restore(from, { ...restoring, bringUpToDate });

async function bringUpToDate(copy: DatabaseConfig): Promise<void> {
  // 'none' works for a copy with and without accounts, because existing tables keep their foreign keys.
  const database = new Database(copy, undefined, undefined, 'none');
  try {
    await database.connect();
  } finally {
    await database.close();
  }
}
