import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';

/** A file that is too large to be checked in this time is opened all the same, and a line says so. */
const CHECK_MS = 10_000;

/** SQLite's own words, one line. It ends without closing, so that nothing is copied out of the log of a file that turns out to be damaged. */
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

/** Looks the whole file through, in a process of its own: it takes as long as the file is large, and this one has to be stopped meanwhile. */
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
