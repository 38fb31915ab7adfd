export interface SqliteConfig {
  readonly engine: 'sqlite';
  /** The folder of the file. */
  readonly folder: string;
}

/** A database server, and how to connect to it. */
interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly poolSize: number;
  /** A Unix socket on this machine. If it is set, host and port are not used. */
  readonly socket?: string;
  /** How the connection is encrypted; undefined if it is not. */
  readonly tls?: { readonly mode: TlsMode; readonly ca?: string; readonly caFile?: string };
}

/** MySQL or MariaDB. */
export interface MySqlConfig extends ServerConfig {
  readonly engine: 'mysql';
}

export interface PostgresConfig extends ServerConfig {
  readonly engine: 'postgres';
}

/** MySQL's names. `preferred` uses TLS if the server has it. `required` accepts any certificate. The others check it. */
export type TlsMode = 'preferred' | 'required' | 'verify-ca' | 'verify-identity';

/** The database, and how to connect to it. */
export type DatabaseConfig = SqliteConfig | MySqlConfig | PostgresConfig;
