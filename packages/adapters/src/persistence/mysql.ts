import { Unavailable } from '@ticket/domain';
import { createConnection, escapeId } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { StartFault } from '../start-fault.ts';
import { classify, errnoOf, messageOf } from './database-errors.ts';
import { migrations } from './migrations/index.ts';
import { schemas } from './schemas.ts';

export interface MySqlConfig {
  readonly engine: 'mysql';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly poolSize: number;
}

const CONNECT_TIMEOUT_MS = 3000;
/** A neighbour's lock is waited for this long; InnoDB's default of 50 s would hold every request behind it. */
const LOCK_WAIT_SECONDS = 3;

/**
 * A transaction whose connection the network forgot would keep its locks until the server's own wait_timeout, 8 hours: nobody
 * could buy meanwhile. Longer than any try, which has been given up on this side by then.
 */
const ABANDONED_SECONDS = 10;

/** Tries that may wait for a connection; how long they do is bounded in database.ts. */
const QUEUE_MAX = 1000;

/** For every connection of the pool, before anything else runs on it. */
const sessionOf = (type: 'mysql' | 'mariadb'): readonly string[] => [
  // The locking read comes first and decides on the newest row; REPEATABLE READ would add gap locks and 1020s.
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  // MySQL can only be told of idle connections, in a transaction or not; those of the pool it closes are opened again.
  `SET SESSION ${type === 'mariadb' ? 'idle_transaction_timeout' : 'wait_timeout'} = ${ABANDONED_SECONDS}`,
  `SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}, time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'`,
];

export const addressOf = ({ host, port }: Pick<MySqlConfig, 'host' | 'port'>): string => `${host}:${port}`;

/** Opens the pool; makes the database when it is missing and the user may. Says what is wrong, and never the password. */
export async function openMySql(config: MySqlConfig, { makes = true } = {}): Promise<DataSource> {
  const { host, port, user, password, database, poolSize } = config;
  const type = await serverType(config, makes);
  const source = new DataSource({
    ...{ type, host, port, username: user, password, database, poolSize },
    ...{ connectTimeout: CONNECT_TIMEOUT_MS, charset: 'utf8mb4', timezone: 'Z', supportBigNumbers: true },
    ...{ entities: schemas, migrations, migrationsTransactionMode: 'each', logging: false },
    // mysql2 would take a stack for each query, in case it fails: TypeORM's own error has one, and a 25th of a booking's time went there.
    trace: false,
    extra: { waitForConnections: true, queueLimit: QUEUE_MAX, enableKeepAlive: true },
  });
  await source.initialize().catch((error: unknown) => explain(error, config));
  poolOf(source).on('connection', (connection) => {
    for (const statement of sessionOf(type)) connection.query(statement);
  });
  // The pool's first connection is open already and idle, so this reaches it.
  for (const statement of sessionOf(type)) await source.query(statement);
  return source;
}

/** The pool's connections now. mysql2 tells how many by no other way. */
export function connectionsOf(source: DataSource) {
  const { _allConnections: all, _freeConnections: free, _connectionQueue: queue } = poolOf(source);
  return { inUse: all.length - free.length, idle: free.length, waiting: queue.length };
}

interface Pool {
  on(event: 'connection', listener: (connection: { query(sql: string): unknown }) => void): void;
  readonly _allConnections: { readonly length: number };
  readonly _freeConnections: { readonly length: number };
  readonly _connectionQueue: { readonly length: number };
}
const isPool = (pool: unknown): pool is Pool =>
  typeof pool === 'object' && pool !== null && 'on' in pool && '_allConnections' in pool && '_freeConnections' in pool && '_connectionQueue' in pool;

function poolOf({ driver }: DataSource): Pool {
  const pool: unknown = 'pool' in driver ? driver.pool : undefined;
  if (!isPool(pool)) throw new Error('TypeORM gave no connection pool');
  return pool;
}

/** TypeORM has to be told which of the two it talks to. */
async function serverType(config: MySqlConfig, makes: boolean): Promise<'mysql' | 'mariadb'> {
  const { host, port, user, password, database } = config;
  const open = (options: { database?: string } = {}) =>
    createConnection({ host, port, user, password, connectTimeout: CONNECT_TIMEOUT_MS, charset: 'utf8mb4', ...options });
  try {
    const connection = await open({ database }).catch(async (error: unknown) => {
      if (errnoOf(error) !== UNKNOWN_DATABASE || !makes) throw error;
      const server = await open();
      await server.query(`CREATE DATABASE IF NOT EXISTS ${escapeId(database)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
      await server.changeUser({ database });
      return server;
    });
    const [rows] = await connection.query('SELECT VERSION() AS version');
    await connection.end();
    return JSON.stringify(rows).includes('MariaDB') ? 'mariadb' : 'mysql';
  } catch (error) {
    return explain(error, config);
  }
}

const UNKNOWN_DATABASE = 1049;

function explain(error: unknown, config: MySqlConfig): never {
  const address = addressOf(config);
  const errno = errnoOf(error);
  if (errno === 1045 || errno === 1698)
    throw new StartFault(`The database at ${address} refuses user "${config.user}": wrong DB_USER or DB_PASSWORD (or DATABASE_URL).`);
  if (errno === 1044 || errno === UNKNOWN_DATABASE)
    throw new StartFault(
      `The database "${config.database}" at ${address} is missing or closed to user "${config.user}", and he may not create it. ` +
        `As an administrator: CREATE DATABASE ${config.database}; GRANT ALL ON ${config.database}.* TO ...`,
    );
  if (errno === 1227 || errno === 1142)
    throw new StartFault(`User "${config.user}" may not do what the start needs in "${config.database}": ${messageOf(error)}`);
  if (errno === 1130)
    throw new StartFault(
      `The database at ${address} accepts no connection from this machine. As an administrator: let user "${config.user}" come from it.`,
    );
  if (errno === 1129)
    throw new StartFault(`The database at ${address} has shut this machine out after failed connections. As an administrator: FLUSH HOSTS.`);
  const kind = classify(error);
  if (kind === 'not_started' || kind === 'connection_lost') throw new Unavailable(`connect ${codeOf(error)} ${address}`, { cause: error });
  throw error;
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : messageOf(error));
