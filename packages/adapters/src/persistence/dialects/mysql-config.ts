import type { MySqlConfig } from './config.ts';

export const addressOf = ({ host, port, socket }: Pick<MySqlConfig, 'host' | 'port' | 'socket'>): string => socket ?? `${host}:${port}`;

/** One object for all connections of a pool: mysql2 reads its certificates once. */
export type Ssl = { readonly rejectUnauthorized: boolean; readonly verifyIdentity: boolean; readonly ca?: string };

export interface ServerFacts {
  /** TypeORM must know which of the two it uses. */
  readonly type: 'mysql' | 'mariadb';
  readonly isGalera: boolean;
  /** The TLS options of all connections; undefined without TLS, also if TLS is preferred and the server has none. */
  readonly ssl: Ssl | undefined;
}

/** 2^64 - 1, which means no limit for sql_select_limit. */
export const NO_LIMIT = '18446744073709551615';
