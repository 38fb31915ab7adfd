import { resolve } from 'node:path';
import { StartFault } from '../../start-fault.ts';
import { messageOf } from '../database-errors.ts';
import type { MySqlConfig } from './config.ts';
import type { ByOtherTools, Copies } from './dialect.ts';
import { addressOf } from './mysql-config.ts';
import { whatIsAt } from './sqlite-backup.ts';
import { hasMagic, headerOf } from './sqlite-log.ts';

/** By its own tools alone. */
export const copiesOf = (config: MySqlConfig): Copies => ({
  backUp: async (to) => byOtherTools(config, resolve(to)),
  restore: async (from) => {
    requireNotSqlite(resolve(from), config);
    return byOtherTools(config, resolve(from));
  },
});

/** As a shell takes one word. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

function byOtherTools({ host, port, user, password, database, socket, tls }: MySqlConfig, file: string): ByOtherTools {
  const place = socket === undefined ? [`--host=${host}`, `--port=${port}`, '--protocol=tcp'] : ['--protocol=socket', `--socket=${socket}`];
  const authority = tls?.ca === undefined ? [] : [`--ssl-ca=${tls.caFile ?? 'FILE_WITH_DB_SSL_CA'}`];
  // Preferring TLS is what the tools do anyway.
  const asked = tls?.mode === 'preferred' ? undefined : tls;
  const line = asked === undefined ? [] : [`--ssl-mode=${asked.mode.toUpperCase().replace('-', '_')}`, ...authority];
  // The password is asked for: in the command every process would see it.
  const where = [...place, `--user=${user}`, ...line, ...(password === '' ? [] : ['--password'])].map(quoted).join(' ');
  const name = quoted(database);
  return {
    backUp: `(umask 077 && mysqldump ${where} --single-transaction --no-tablespaces --hex-blob --default-character-set=utf8mb4 ${name} > ${quoted(file)})`,
    restore: `mysql ${where} --default-character-set=utf8mb4 ${name} < ${quoted(file)}`,
    onMariaDb: asked && `Its tools take ${asked.mode === 'required' ? '--ssl' : '--ssl --ssl-verify-server-cert'} in place of ${line[0]}.`,
  };
}

/** A dump may be on another machine, so only what is here and is no dump is refused. */
function requireNotSqlite(source: string, config: MySqlConfig): void {
  if (whatIsAt(source) !== 'a file' || !isSqlite(source)) return;
  throw new StartFault(
    `${source} is a SQLite database, and the configuration names MySQL or MariaDB at ${addressOf(config)}. Nothing was changed. To put it in the place of the embedded database, take DB_HOST, DB_SOCKET and DATABASE_URL (or whichever address is set) out of the environment and .env, with every other DB_ variable, and restore again. For MySQL, name a dump of it.`,
  );
}

function isSqlite(file: string): boolean {
  try {
    return hasMagic(headerOf(file));
  } catch (error) {
    throw new StartFault(`${file} could not be restored: ${messageOf(error)}. Nothing was changed. Once that is mended, restore again.`);
  }
}
