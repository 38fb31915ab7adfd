import { Unavailable } from '@ticket/domain';
import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import { createConnection, escapeId, type RowDataPacket } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { isLoopback } from '../../loopback.ts';
import { StartFault } from '../../start-fault.ts';
import { classify, errnoOf, messageOf } from '../database-errors.ts';
import { migrations } from '../migrations/index.ts';
import { schemas } from '../schemas.ts';
import { isJoined } from '../writing.ts';

export interface MySqlConfig {
  readonly engine: 'mysql';
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
/** In the words of MySQL: `preferred` takes what the server has, `required` believes any certificate, the others check it. */
export type TlsMode = 'preferred' | 'required' | 'verify-ca' | 'verify-identity';

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

export const addressOf = ({ host, port, socket }: Pick<MySqlConfig, 'host' | 'port' | 'socket'>): string => socket ?? `${host}:${port}`;

/** One object for all connections of a pool: mysql2 reads its certificates once. */
type Ssl = { readonly rejectUnauthorized: boolean; readonly verifyIdentity: boolean; readonly ca?: string };
const sslOf = ({ tls }: MySqlConfig): Ssl | undefined =>
  tls && {
    rejectUnauthorized: tls.mode === 'verify-ca' || tls.mode === 'verify-identity',
    verifyIdentity: tls.mode === 'verify-identity',
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  };

/** How every connection reaches the server, those of the pool and the first one. */
const wayTo = ({ host, port, user, password, socket }: MySqlConfig, ssl: Ssl | undefined) => ({
  ...{ host, port, user, password, connectTimeout: CONNECT_TIMEOUT_MS, charset: 'utf8mb4' },
  ...(socket === undefined ? {} : { socketPath: socket }),
  ...(ssl === undefined ? {} : { ssl }),
});

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
): Promise<{ writer: DataSource; reader: DataSource; plainPrefix: string; notice: string | undefined }> {
  const { database, poolSize } = config;
  const facts = await serverFacts(config, makes);
  const { type } = facts;
  const { user: username, ...way } = wayTo(config, facts.ssl);
  const refused: Refused = { setting: undefined };
  const source = new DataSource({
    ...{ type, username, database, poolSize, ...way },
    ...{ timezone: 'Z', supportBigNumbers: true },
    ...{ entities: schemas, migrations, migrationsTransactionMode: 'each', logging: false },
    driver: { createPool: (options: PoolOptions) => preparedPool(options, facts, refused) },
    // What a batch writes goes in one packet (writing.ts). Clients' text goes into statements as parameters alone.
    // Not on Galera: a transaction that loses to another node's between two statements of a packet is rolled back, and the rest of the packet is
    // run all the same and committed. Bookings were acknowledged so and were not there.
    multipleStatements: !facts.isGalera,
    // mysql2 would take a stack for each query, in case it fails: TypeORM's own error has one, and a 25th of a booking's time went there.
    trace: false,
    extra: { waitForConnections: true, queueLimit: QUEUE_MAX, enableKeepAlive: true },
  });
  await source.initialize().catch((error: unknown) => explain(refused.setting ?? error, config));
  const isInTheClear = config.tls !== undefined && facts.ssl === undefined && !isLoopback(config.host);
  return { writer: source, reader: source, plainPrefix: asTheNodeIs(facts), notice: isInTheClear ? inTheClear(config) : undefined };
}

const inTheClear = (config: MySqlConfig): string =>
  `The database at ${addressOf(config)} has no TLS, which was preferred: passwords, e-mails and bookings go to it in the clear. Turn TLS on there, and set DB_SSL_MODE to required or better; or DB_SSL_MODE=disabled, where the network is yours alone.`;

/** A setting that was refused, for whom the connection is destroyed. */
interface Refused {
  setting: unknown;
}

/** A pool each of whose connections gets the settings first, from the very first one on. */
function preparedPool(options: PoolOptions, facts: ServerFacts, refused: Refused): Pool {
  const pool = createPool(options);
  pool.on('connection', (connection) => {
    openedMs.set(connection, performance.now());
    refuseStacked(connection);
    const set = prepare(connection, facts).then(
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

/** By its name in the log, for who runs the server: start it again. */
class BecameGaleraNode extends Error {
  override readonly name = 'BecameGaleraNode';
}

async function prepare(connection: PoolConnection, facts: ServerFacts): Promise<void> {
  const session = connection.promise();
  const set = sessionOf(facts).map((statement) => session.query(statement));
  const cluster = session.query<RowDataPacket[]>("SHOW VARIABLES WHERE Variable_name = 'wsrep_on' AND Value = 'ON'");
  const [[found]] = await Promise.all([cluster, ...set]);
  // The address leads to a Galera node since: there several statements in one packet, and reads that do not wait, are not safe.
  if (found.length > 0 && !facts.isGalera)
    throw new BecameGaleraNode('the database is a Galera node, and was none when this program started: start it again');
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
  /** With which its connections are made: where TLS is preferred, it may have none. */
  readonly ssl: Ssl | undefined;
}

/** What kind of server it is. One on which no order could be written stops the start, in one line. */
async function serverFacts(config: MySqlConfig, makes: boolean): Promise<ServerFacts> {
  const { database } = config;
  let ssl = sslOf(config);
  const connect = (options: { database?: string }) =>
    createConnection({ ...wayTo(config, ssl), ...options }).catch((error: unknown) => {
      if (config.tls?.mode !== 'preferred' || nodeCodeOf(error) !== NO_TLS) throw error;
      ssl = undefined;
      return createConnection({ ...wayTo(config, ssl), ...options });
    });
  const open = async (options: { database?: string } = {}) => {
    const connection = await connect(options);
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
    return { type: variables.get('version')?.includes('MariaDB') ? 'mariadb' : 'mysql', isGalera: variables.get('wsrep_on') === 'ON', ssl };
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
/** mysql2's words. */
const NO_TLS = 'HANDSHAKE_NO_SSL_SUPPORT';
const TLS_FAILED = 'HANDSHAKE_SSL_ERROR';
/** A line that broke in the middle of the handshake. */
const BROKEN = /ECONNRESET|EPIPE|ETIMEDOUT|socket (?:disconnected|hang up)|closed/i;

/** Every failure of a start: `Unavailable` where waiting may cure it, else one line that says what to do. */
function explain(error: unknown, config: MySqlConfig): never {
  if (error instanceof StartFault || error instanceof Unavailable) throw error;
  const address = addressOf(config);
  const kind = classify(error);
  const fault = faultOf(error, config);
  if (fault !== undefined) throw new StartFault(`${fault} Nothing was changed.`);
  if (kind === 'bug' && typeof errnoOf(error) === 'number')
    throw new StartFault(
      `The database at ${address} refuses a setting that every connection needs: ${messageOf(error)}. Allow it, or use another server. Nothing was changed.`,
    );
  // A socket is there once its server runs.
  const isAway = kind !== 'bug' && kind !== 'denied' && kind !== 'unforeseen';
  if (isAway || (config.socket !== undefined && nodeCodeOf(error) === 'ENOENT'))
    throw new Unavailable(`connect ${codeOf(error)} ${address}`, { cause: error });
  throw new StartFault(`The database at ${address} cannot be used: ${messageOf(error)} (${errnoOf(error) ?? codeOf(error)}). Nothing was changed.`);
}

/** What a person has to change. */
function faultOf(error: unknown, config: MySqlConfig): string | undefined {
  const { user, database, tls, socket } = config;
  const address = addressOf(config);
  const code = nodeCodeOf(error);
  const message = messageOf(error);
  if (code === NO_TLS)
    return `The database at ${address} has no TLS, and DB_SSL_MODE (or the address) asks for ${tls?.mode}. Turn TLS on there; or DB_SSL_MODE=disabled, where the network is yours alone.`;
  if (code === TLS_FAILED && !BROKEN.test(message))
    return `The database at ${address} cannot be reached over TLS (${tls?.mode}): ${message}. ${cureOf(message, tls?.mode)}`;
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR' || errnoOf(error) === 1251 || errnoOf(error) === 1524)
    return `User "${user}" of the database at ${address} logs in by a method that this program does not know: ${/plugin (\w+)/.exec(message)?.[1] ?? message}. As an administrator give them another: ALTER USER ... IDENTIFIED VIA mysql_native_password USING PASSWORD('...') on MariaDB, IDENTIFIED WITH caching_sha2_password BY '...' on MySQL.`;
  if (socket !== undefined && code === 'EACCES')
    return `The socket ${socket} may not be used by this user (EACCES). Give them the right, or use DB_HOST.`;
  switch (errnoOf(error)) {
    case 1045:
    case 1698:
      return `The database at ${address} refuses user "${user}": wrong DB_USER or DB_PASSWORD (or DATABASE_URL)${tls === undefined ? ', or a user who may come over TLS alone (DB_SSL_MODE)' : ''}.`;
    case 1044:
    case UNKNOWN_DATABASE:
      return (
        `The database "${database}" at ${address} is missing or closed to user "${user}", and may not be created by them. ` +
        `As an administrator: CREATE DATABASE ${database}; GRANT ALL ON ${database}.* TO ...;`
      );
    case 1227:
    case 1142:
      return `User "${user}" may not do what the start needs in "${database}": ${message}. As an administrator: grant it to them.`;
    case 1130:
      return `The database at ${address} accepts no connection from this machine. As an administrator: let user "${user}" come from it.`;
    case 1129:
      return `The database at ${address} has shut this machine out after failed connections. As an administrator: FLUSH HOSTS.`;
    case 1104:
      return `The database at ${address} refuses a statement as too large (max_join_size): ${message}. As an administrator: SET GLOBAL max_join_size = DEFAULT.`;
    case 1820:
    case 1862:
      return `The password of user "${user}" at ${address} has expired. As an administrator: ALTER USER ... IDENTIFIED BY '...'.`;
    case 3118:
    case 4151:
      return `The account of user "${user}" at ${address} is locked. As an administrator: ALTER USER ... ACCOUNT UNLOCK.`;
    case 3159:
      return `The database at ${address} takes encrypted connections alone. Set DB_SSL_MODE to required, verify-ca or verify-identity.`;
    default:
      return undefined;
  }
}

function cureOf(message: string, mode: TlsMode | undefined): string {
  if (/has expired|not yet valid/.test(message)) return "Renew the database's certificate, or set this machine's clock right.";
  return mode === 'verify-ca' || mode === 'verify-identity'
    ? 'Is DB_SSL_CA the authority of its certificate, and is its name the one in the certificate?'
    : 'Does it speak TLS 1.2 or newer?';
}

const nodeCodeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
const codeOf = (error: unknown): string => String(nodeCodeOf(error) ?? messageOf(error));
