import { resolve } from 'node:path';
import type { MySqlConfig } from './config.ts';
import type { ByOtherTools, Copies } from './dialect.ts';
import { addressOf } from './mysql-config.ts';
import { quoted, requireNotSqlite } from './server-tools.ts';

/** Backup and restore work only with the tools of MySQL and MariaDB. */
export const copiesOf = (config: MySqlConfig): Copies => ({
  backUp: async (to) => byOtherTools(config, resolve(to)),
  restore: async (from) => {
    requireNotSqlite(resolve(from), `MySQL or MariaDB at ${addressOf(config)}`);
    return byOtherTools(config, resolve(from));
  },
});

function byOtherTools({ host, port, user, password, database, socket, tls }: MySqlConfig, file: string): ByOtherTools {
  const place = socket === undefined ? [`--host=${host}`, `--port=${port}`, '--protocol=tcp'] : ['--protocol=socket', `--socket=${socket}`];
  const authority = tls?.ca === undefined ? [] : [`--ssl-ca=${tls.caFile ?? 'FILE_WITH_DB_SSL_CA'}`];
  // The tools prefer TLS by default.
  const asked = tls?.mode === 'preferred' ? undefined : tls;
  const line = asked === undefined ? [] : [`--ssl-mode=${asked.mode.toUpperCase().replace('-', '_')}`, ...authority];
  // The tools ask for the password. In the command line every process of the machine could see it.
  const where = [...place, `--user=${user}`, ...line, ...(password === '' ? [] : ['--password'])].map(quoted).join(' ');
  const name = quoted(database);
  return {
    why: 'MySQL and MariaDB have tools of their own for it (mariadb-dump and mariadb by their newer names)',
    backUp: `(umask 077 && mysqldump ${where} --single-transaction --no-tablespaces --hex-blob --default-character-set=utf8mb4 ${name} > ${quoted(file)})`,
    restore: `mysql ${where} --default-character-set=utf8mb4 ${name} < ${quoted(file)}`,
    onMariaDb: asked && `Its tools take ${asked.mode === 'required' ? '--ssl' : '--ssl --ssl-verify-server-cert'} in place of ${line[0]}.`,
  };
}
