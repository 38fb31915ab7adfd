import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';

/** Beside the database's file, which may be exchanged while this is held. It is empty, and only locked. */
const LOCK_FILE = 'tickets.sqlite-lock';

/**
 * Whether the database may be used (many may), or be exchanged as a whole (one may, and nobody uses it). A lock of SQLite's, so that it
 * ends with its process however that ends. Throws SQLITE_BUSY where others are in the way. Gives what ends it.
 */
export function lockFolder(folder: string, mode: 'use' | 'exchange'): () => void {
  const file = join(folder, LOCK_FILE);
  if (!existsSync(file)) makeLike(join(folder, 'tickets.sqlite'), file);
  const lock = new Libsql(file);
  // A read in a transaction keeps the lock of those who read.
  lock.exec(mode === 'use' ? 'BEGIN' : 'BEGIN EXCLUSIVE');
  if (mode === 'use') lock.prepare('SELECT COUNT(*) FROM sqlite_master').all();
  return () => {
    lock.exec('ROLLBACK');
    lock.close();
  };
}

/** For whom the database is, as SQLite does with what it puts beside it; for the owner alone where there is none yet. */
function makeLike(database: string, file: string): void {
  const mode = statSync(database, { throwIfNoEntry: false })?.mode;
  closeSync(openSync(file, 'a', 0o600));
  if (mode !== undefined) chmodSync(file, mode & 0o777);
}
