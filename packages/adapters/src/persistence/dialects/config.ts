export interface SqliteConfig {
  readonly engine: 'sqlite';
  /** Where the file is kept. */
  readonly folder: string;
}

/** A server of one's own, and how it is reached. */
interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly poolSize: number;
  /** A Unix socket on this machine; then host and port do not count. */
  readonly socket?: string;
  /** How the connection is encrypted; undefined for not at all. */
  readonly tls?: { readonly mode: TlsMode; readonly ca?: string; readonly caFile?: string };
}

/** MySQL or MariaDB. */
export interface MySqlConfig extends ServerConfig {
  readonly engine: 'mysql';
}

export interface PostgresConfig extends ServerConfig {
  readonly engine: 'postgres';
}

/** In the words of MySQL: `preferred` takes what the server has, `required` believes any certificate, the others check it. */
export type TlsMode = 'preferred' | 'required' | 'verify-ca' | 'verify-identity';

/** Where the database is, and how it is reached. */
export type DatabaseConfig = SqliteConfig | MySqlConfig | PostgresConfig;
