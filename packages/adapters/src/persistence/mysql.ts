import { Unavailable } from '@ticket/domain';
import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import { createConnection, escapeId, type RowDataPacket } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { StartFault } from '../start-fault.ts';
import { classify, errnoOf, messageOf } from './database-errors.ts';
import { migrations } from './migrations/index.ts';
import { schemas } from './schemas.ts';
import { isJoined } from './writing.ts';

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

/**
 * For every connection of the pool, before anything else runs on it: all that changes results or rights. What a server's own settings
 * say of it must not matter.
 */
const sessionOf = ({ type, isGalera }: ServerFacts): readonly string[] => [
  // The locking read comes first and decides on the newest row; REPEATABLE READ would add gap locks and 1020s.
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE',
  'SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci',
  `SET SESSION ${[
    "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
    "time_zone = '+00:00'",
    `innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`,
    // MySQL can only be told of idle connections, in a transaction or not; those of the pool it closes are opened again.
    `${type === 'mariadb' ? 'idle_transaction_timeout' : 'wait_timeout'} = ${ABANDONED_SECONDS}`,
    'autocommit = 1',
    'completion_type = 0',
    'foreign_key_checks = 1',
    'unique_checks = 1',
    ...(type === 'mariadb' ? ['check_constraint_checks = 1'] : []),
    `sql_select_limit = ${NO_LIMIT}`,
    'sql_big_selects = 1',
    'sql_safe_updates = 0',
    'sql_auto_is_null = 0',
    // A node may lag behind what another one has committed. A transaction then waits until it has caught up; for reads see `asTheNodeIs`.
    ...(isGalera ? ['wsrep_sync_wait = @@wsrep_sync_wait | 1'] : []),
  ].join(', ')}`,
];

/** 2^64 - 1, the variable's own word for none. */
const NO_LIMIT = '18446744073709551615';
/** A batch of one fits into this, its longest description twice (once in a kept answer) and all of it escaped. */
const PACKET_BYTES_MIN = 256 * 1024;

export const addressOf = ({ host, port }: Pick<MySqlConfig, 'host' | 'port'>): string => `${host}:${port}`;

/**
 * A read that may lag does not wait for its Galera node to catch up, unless the node itself is set so: it would wait for seconds while
 * another node is dead and not yet suspected. The prefix is MariaDB's own; elsewhere such reads wait as transactions do.
 */
const asTheNodeIs = ({ type, isGalera }: ServerFacts): string =>
  isGalera && type === 'mariadb' ? 'SET STATEMENT wsrep_sync_wait = @@GLOBAL.wsrep_sync_wait FOR ' : '';

/** Opens the pool; makes the database when it is missing and the user may. Says what is wrong, and never the password. */
export async function openMySql(
  config: MySqlConfig,
  { makes = true } = {},
): Promise<{ writer: DataSource; reader: DataSource; plainPrefix: string }> {
  const { host, port, user, password, database, poolSize } = config;
  const facts = await serverFacts(config, makes);
  const { type } = facts;
  const refused: Refused = { setting: undefined };
  const source = new DataSource({
    ...{ type, host, port, username: user, password, database, poolSize },
    ...{ connectTimeout: CONNECT_TIMEOUT_MS, charset: 'utf8mb4', timezone: 'Z', supportBigNumbers: true },
    ...{ entities: schemas, migrations, migrationsTransactionMode: 'each', logging: false },
    driver: { createPool: (options: PoolOptions) => preparedPool(options, sessionOf(facts), refused) },
    // What a batch writes goes in one packet (writing.ts). Clients' text goes into statements as parameters alone.
    // Not on Galera: a transaction that loses to another node's between two statements of a packet is rolled back, and the rest of the packet is
    // run all the same and committed. Bookings were acknowledged so and were not there.
    multipleStatements: !facts.isGalera,
    // mysql2 would take a stack for each query, in case it fails: TypeORM's own error has one, and a 25th of a booking's time went there.
    trace: false,
    extra: { waitForConnections: true, queueLimit: QUEUE_MAX, enableKeepAlive: true },
  });
  await source.initialize().catch((error: unknown) => explain(refused.setting ?? error, config));
  return { writer: source, reader: source, plainPrefix: asTheNodeIs(facts) };
}

/** A setting that was refused, for whom the connection is destroyed. */
interface Refused {
  setting: unknown;
}

/** A pool each of whose connections gets the settings first, from the very first one on. */
function preparedPool(options: PoolOptions, settings: readonly string[], refused: Refused): Pool {
  const pool = createPool(options);
  pool.on('connection', (connection) => {
    openedMs.set(connection, performance.now());
    refuseStacked(connection);
    const set = Promise.all(settings.map((statement) => connection.promise().query(statement))).then(
      () => settingsUnderWay.delete(connection),
      (error: unknown) => {
        refused.setting = error;
        connection.destroy();
        throw new SettingRefused(error);
      },
    );
    set.catch(() => undefined); // for whom nobody waits any more
    settingsUnderWay.set(connection, set);
  });
  return pool;
}

/**
 * The connection takes several statements in one packet, so that a batch's writes need one way there and back. Text that came into a statement
 * some other way than as a parameter must not gain by it: where the text has more than one, all of them are known to runTogether.
 */
function refuseStacked(connection: PoolConnection): void {
  const query = connection.query.bind(connection);
  Object.assign(connection, {
    query: (text: unknown, ...rest: unknown[]) => {
      if (typeof text === 'string' && text.includes(';') && !isJoined(text)) throw new Error('two statements where one was meant');
      return Reflect.apply(query, connection, [text, ...rest]);
    },
  });
}

/** A connection without its settings is not used. Another one may get them. */
class SettingRefused extends Error {
  override readonly name = 'SettingRefused';
  readonly code = 'SETTING_REFUSED';
  constructor(cause: unknown) {
    super(`a setting of the connection was refused: ${messageOf(cause)}`, { cause });
  }
}

const settingsUnderWay = new WeakMap<object, Promise<unknown>>();

/** Resolves when the connection has the settings of `sessionOf`, rejects when one was refused: then nothing runs on it. */
export const settingsOf = (connection: unknown): Promise<unknown> | undefined =>
  typeof connection === 'object' && connection !== null ? settingsUnderWay.get(connection) : undefined;

/** When a connection was opened; when the connections of a pool were given up the last time. */
const openedMs = new WeakMap<object, number>();
const abandonedMs = new WeakMap<object, number>();
/** Where the server stays read-only, its connections are not all opened anew for each order. */
const ABANDON_AGAIN_MS = 1000;

/**
 * The server behind these connections takes no writes. Another one may have its name by now, so all are given up: those that are idle at
 * once, the others when they are released. A new connection looks the name up again.
 */
export function abandonConnections(source: DataSource): void {
  const pool = poolOf(source);
  const now = performance.now();
  if (now - (abandonedMs.get(pool) ?? Number.NEGATIVE_INFINITY) < ABANDON_AGAIN_MS) return;
  abandonedMs.set(pool, now);
  for (const connection of pool._freeConnections.toArray()) connection.destroy();
}

export function isAbandoned(source: DataSource, connection: unknown): boolean {
  if (typeof connection !== 'object' || connection === null) return false;
  const opened = openedMs.get(connection);
  return opened !== undefined && opened <= (abandonedMs.get(poolOf(source)) ?? Number.NEGATIVE_INFINITY);
}

/** The pool's connections now. mysql2 tells how many by no other way. */
export function connectionsOf(source: DataSource) {
  const { _allConnections: all, _freeConnections: free, _connectionQueue: queue } = poolOf(source);
  return { inUse: all.length - free.length, idle: free.length, waiting: queue.length };
}

/** What mysql2 keeps of its pool, and tells in no other way. */
interface KnownPool {
  readonly _allConnections: { readonly length: number };
  readonly _freeConnections: { readonly length: number; toArray(): PoolConnection[] };
  readonly _connectionQueue: { readonly length: number };
}
const isPool = (pool: unknown): pool is KnownPool =>
  typeof pool === 'object' && pool !== null && '_allConnections' in pool && '_freeConnections' in pool && '_connectionQueue' in pool;

function poolOf({ driver }: DataSource): KnownPool {
  const pool: unknown = 'pool' in driver ? driver.pool : undefined;
  if (!isPool(pool)) throw new Error('TypeORM gave no connection pool');
  return pool;
}

interface ServerFacts {
  /** TypeORM has to be told which of the two it talks to. */
  readonly type: 'mysql' | 'mariadb';
  readonly isGalera: boolean;
}

/** What kind of server it is. One on which no order could be written stops the start, in one line. */
async function serverFacts(config: MySqlConfig, makes: boolean): Promise<ServerFacts> {
  const { host, port, user, password, database } = config;
  const open = async (options: { database?: string } = {}) => {
    const connection = await createConnection({ host, port, user, password, connectTimeout: CONNECT_TIMEOUT_MS, charset: 'utf8mb4', ...options });
    await connection.query('SET SESSION TRANSACTION READ WRITE');
    await connection.query(`SET SESSION autocommit = 1, sql_select_limit = ${NO_LIMIT}, sql_big_selects = 1`);
    return connection;
  };
  try {
    const connection = await open({ database }).catch(async (error: unknown) => {
      if (errnoOf(error) !== UNKNOWN_DATABASE || !makes) throw error;
      const server = await open();
      await server.query(`CREATE DATABASE IF NOT EXISTS ${escapeId(database)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
      await server.query(`USE ${escapeId(database)}`); // to change the user would set all settings back
      return server;
    });
    const [rows] = await connection.query<(RowDataPacket & { readonly Variable_name: string; readonly Value: string })[]>(
      "SHOW VARIABLES WHERE Variable_name IN ('version', 'wsrep_on', 'log_bin', 'binlog_format', 'max_allowed_packet')",
    );
    await connection.end();
    const variables = new Map(rows.map((row) => [row.Variable_name, row.Value]));
    if (makes) requireUsable(variables, addressOf(config)); // who only looks needs no more than to read
    return { type: variables.get('version')?.includes('MariaDB') ? 'mariadb' : 'mysql', isGalera: variables.get('wsrep_on') === 'ON' };
  } catch (error) {
    return explain(error, config);
  }
}

function requireUsable(variables: ReadonlyMap<string, string>, address: string): void {
  if (variables.get('log_bin') === 'ON' && variables.get('binlog_format') === 'STATEMENT')
    throw new StartFault(
      `The database at ${address} has binlog_format = STATEMENT, with which it refuses every write at READ COMMITTED. Set it to ROW (or MIXED): SET GLOBAL binlog_format = 'ROW', and in its configuration.`,
    );
  const packetBytes = Number(variables.get('max_allowed_packet') ?? PACKET_BYTES_MIN);
  if (packetBytes < PACKET_BYTES_MIN)
    throw new StartFault(
      `The database at ${address} has max_allowed_packet = ${packetBytes}: long descriptions could not be stored. Set it to at least ${PACKET_BYTES_MIN}.`,
    );
}

const UNKNOWN_DATABASE = 1049;

function explain(error: unknown, config: MySqlConfig): never {
  if (error instanceof StartFault) throw error;
  const address = addressOf(config);
  const errno = errnoOf(error);
  const refuse = (words: string) => {
    throw new StartFault(`${words} Nothing was changed.`);
  };
  if (errno === 1045 || errno === 1698)
    refuse(`The database at ${address} refuses user "${config.user}": correct DB_USER or DB_PASSWORD (or DATABASE_URL).`);
  if (errno === 1044 || errno === UNKNOWN_DATABASE)
    refuse(
      `The database "${config.database}" at ${address} is missing or closed to user "${config.user}", and may not be created by them. ` +
        `As an administrator: CREATE DATABASE ${config.database}; GRANT ALL ON ${config.database}.* TO ...;`,
    );
  if (errno === 1227 || errno === 1142)
    refuse(
      `User "${config.user}" may not do what the start needs in "${config.database}": ${messageOf(error)}. As an administrator: grant it to them.`,
    );
  if (errno === 1130)
    refuse(`The database at ${address} accepts no connection from this machine. As an administrator: let user "${config.user}" come from it.`);
  if (errno === 1129) refuse(`The database at ${address} has shut this machine out after failed connections. As an administrator: FLUSH HOSTS.`);
  const kind = classify(error);
  if (kind === 'bug' && typeof errno === 'number')
    refuse(`The database at ${address} refuses a setting that every connection needs: ${messageOf(error)}. Allow it, or use another server.`);
  if (kind === 'not_started' || kind === 'connection_lost') throw new Unavailable(`connect ${codeOf(error)} ${address}`, { cause: error });
  throw error;
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : messageOf(error));
