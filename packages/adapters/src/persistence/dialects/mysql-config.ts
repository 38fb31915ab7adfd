import type { MySqlConfig } from './config.ts';

export const addressOf = ({ host, port, socket }: Pick<MySqlConfig, 'host' | 'port' | 'socket'>): string => socket ?? `${host}:${port}`;

/** One object for all connections of a pool: mysql2 reads its certificates once. */
export type Ssl = { readonly rejectUnauthorized: boolean; readonly verifyIdentity: boolean; readonly ca?: string };

export interface ServerFacts {
  /** TypeORM has to be told which of the two it talks to. */
  readonly type: 'mysql' | 'mariadb';
  readonly isGalera: boolean;
  /** With which its connections are made: where TLS is preferred, it may have none. */
  readonly ssl: Ssl | undefined;
}

/** 2^64 - 1, the word for none of sql_select_limit. */
export const NO_LIMIT = '18446744073709551615';
