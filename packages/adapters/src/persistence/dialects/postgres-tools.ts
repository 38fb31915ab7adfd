import { dirname, resolve } from 'node:path';
import type { PostgresConfig } from './config.ts';
import type { ByOtherTools, Copies } from './dialect.ts';
import { quoted, requireNotSqlite } from './server-tools.ts';

/** The place of the server, for messages to people. */
export const addressOf = ({ host, port, socket }: Pick<PostgresConfig, 'host' | 'port' | 'socket'>): string => socket ?? `${host}:${port}`;

/** PostgreSQL's clients name a socket by its folder and the port in its name: /run/postgresql/.s.PGSQL.5432. */
export function placeOf({ host, port, socket }: Pick<PostgresConfig, 'host' | 'port' | 'socket'>): { readonly host: string; readonly port: number } {
  if (socket === undefined) return { host, port };
  const number = /\.s\.PGSQL\.(\d+)$/.exec(socket)?.[1];
  return { host: number === undefined ? socket : dirname(socket), port: number === undefined ? port : Number(number) };
}

/** Backup and restore work only with PostgreSQL's own tools. */
export const copiesOf = (config: PostgresConfig): Copies => ({
  backUp: async (to) => byOtherTools(config, resolve(to)),
  restore: async (from) => {
    requireNotSqlite(resolve(from), `PostgreSQL at ${addressOf(config)}`);
    return byOtherTools(config, resolve(from));
  },
});

const MODES = { preferred: 'prefer', required: 'require', 'verify-ca': 'verify-ca', 'verify-identity': 'verify-full' } as const;

function byOtherTools(config: PostgresConfig, file: string): ByOtherTools {
  const { user, password, database, tls } = config;
  const { host, port } = placeOf(config);
  const authority = tls?.ca === undefined ? [] : [`PGSSLROOTCERT=${quoted(tls.caFile ?? 'FILE_WITH_DB_SSL_CA')}`];
  // The tools prefer TLS by default.
  const asked = tls?.mode === 'preferred' ? undefined : tls;
  const line = asked === undefined ? [] : [`PGSSLMODE=${MODES[asked.mode]}`, ...authority];
  // The tools ask for the password. In the command line every process of the machine could see it.
  const where = [`--host=${host}`, `--port=${port}`, `--username=${user}`, ...(password === '' ? [] : ['--password'])].map(quoted).join(' ');
  const name = quoted(database);
  const before = line.map((setting) => `${setting} `).join('');
  return {
    why: "PostgreSQL has tools of its own for it (of the server's version, or of a newer one)",
    backUp: `(umask 077 && ${before}pg_dump ${where} --format=custom --no-owner --no-privileges --file=${quoted(file)} --dbname=${name})`,
    // The restore succeeds completely or changes nothing. It replaces existing tables.
    restore: `${before}pg_restore ${where} --clean --if-exists --no-owner --no-privileges --single-transaction --exit-on-error --dbname=${name} ${quoted(file)}`,
    onMariaDb: undefined,
  };
}
