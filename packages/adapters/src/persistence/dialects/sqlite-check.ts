import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';

/** The longest time of a check. If the file is too large for it, it is opened anyway, and a notice says so. */
const CHECK_MS = 10_000;

/** Prints SQLite's result in one line. It ends without closing the database, so that the log is not copied into a damaged file. */
const PROGRAM = `
  const Database = require(process.argv[1]);
  try {
    const [row] = new Database(process.argv[2]).prepare('PRAGMA quick_check(1)').all();
    console.log(Object.values(row)[0].split('\\n').join(' '));
  } catch (error) {
    console.log(['SQLITE_CORRUPT', 'SQLITE_NOTADB'].some((code) => error.code?.startsWith(code)) ? error.code : '');
  }
  process.exit();
`;

export type Verdict = 'sound' | 'not_known' | { readonly damage: string };

/** Checks the whole file in a child process. A large file takes long, and this process must be able to stop meanwhile. */
export function checkSqlite(file: string, limitMs = CHECK_MS): Promise<Verdict> {
  const library = createRequire(import.meta.url).resolve('libsql');
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', PROGRAM, library, file], { env: {}, timeout: limitMs, killSignal: 'SIGKILL' }, (error, said) => {
      const words = said.trim();
      if (error !== null || words === '') resolve('not_known');
      else resolve(words === 'ok' ? 'sound' : { damage: words });
    });
  });
}
