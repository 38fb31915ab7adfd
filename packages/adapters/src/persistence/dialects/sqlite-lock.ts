import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';

/** An empty file beside the database, which is only locked. The database itself may be replaced while this lock is held. */
const LOCK_FILE = 'tickets.sqlite-lock';

/**
 * Takes a lock on the folder. Many processes may hold the lock `use` at once. Only one may hold the lock `exchange`, and only while no
 * process uses the folder. It is a lock of SQLite, so it ends with its process in any case. Throws SQLITE_BUSY if other locks prevent it.
 * Returns a function that releases it.
 */
export function lockFolder(folder: string, mode: 'use' | 'exchange'): () => void {
  const file = join(folder, LOCK_FILE);
  if (!existsSync(file)) makeLike(join(folder, 'tickets.sqlite'), file);
  const lock = new Libsql(file);
  // A read inside a transaction holds SQLite's shared lock.
  lock.exec(mode === 'use' ? 'BEGIN' : 'BEGIN EXCLUSIVE');
  if (mode === 'use') lock.prepare('SELECT COUNT(*) FROM sqlite_master').all();
  return () => {
    lock.exec('ROLLBACK');
    lock.close();
  };
}

/** Creates the file with the rights of the database, as SQLite does for its own files. Without a database, only the owner may use it. */
function makeLike(database: string, file: string): void {
  const mode = statSync(database, { throwIfNoEntry: false })?.mode;
  closeSync(openSync(file, 'a', 0o600));
  if (mode !== undefined) chmodSync(file, mode & 0o777);
}
