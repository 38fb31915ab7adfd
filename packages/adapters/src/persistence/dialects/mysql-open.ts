import type { PoolOptions } from 'mysql2';
import { createConnection, escapeId, type RowDataPacket } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { isLoopback } from '../../loopback.ts';
import { StartFault } from '../../start-fault.ts';
import { errnoOf } from '../database-errors.ts';
import { migrations } from '../migrations/index.ts';
import { schemasFor } from '../schemas.ts';
import type { MySqlConfig } from './config.ts';
import type { Opened, Opening } from './dialect.ts';
import { addressOf, NO_LIMIT, type ServerFacts, type Ssl } from './mysql-config.ts';
import { explain, NO_TLS, nodeCodeOf, UNKNOWN_DATABASE } from './mysql-faults.ts';
import { preparedPool, type Refused } from './mysql-pool.ts';

const CONNECT_TIMEOUT_MS = 3000;
/** The number of calls that may wait for a connection. tries.ts limits how long they wait. */
const QUEUE_MAX = 1000;

/**
 * The smallest packet that is enough for one decision: the longest description, twice (once in the idempotency record), with every
 * character escaped.
 */
const PACKET_BYTES_MIN = 256 * 1024;

const sslOf = ({ tls }: MySqlConfig): Ssl | undefined =>
  tls && {
    rejectUnauthorized: tls.mode === 'verify-ca' || tls.mode === 'verify-identity',
    verifyIdentity: tls.mode === 'verify-identity',
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  };

/** Connection options for all connections, those of the pool and the first one. */
const wayTo = ({ host, port, user, password, socket }: MySqlConfig, ssl: Ssl | undefined) => ({
  host,
  port,
  user,
  password,
  connectTimeout: CONNECT_TIMEOUT_MS,
  charset: 'utf8mb4',
  ...(socket === undefined ? {} : { socketPath: socket }),
  ...(ssl === undefined ? {} : { ssl }),
});

/**
 * The prefix of plain reads. With it they do not wait for their Galera node to catch up, unless the node's own setting says so. When
 * another node dies, the wait would last seconds, until the cluster notices. Only MariaDB has this syntax. On MySQL such reads wait as
 * transactions do.
 */
const asTheNodeIs = ({ type, isGalera }: ServerFacts): string =>
  isGalera && type === 'mariadb' ? 'SET STATEMENT wsrep_sync_wait = @@GLOBAL.wsrep_sync_wait FOR ' : '';

/** Opens the pool. Creates the database if it is missing and the user has the right. Errors say what is wrong, and never contain the password. */
export async function openMySql(config: MySqlConfig, { makes = true, accounts = 'ours' }: Partial<Opening> = {}): Promise<Opened> {
  const { database, poolSize } = config;
  const facts = await serverFacts(config, makes);
  const { type } = facts;
  const { user: username, ...way } = wayTo(config, facts.ssl);
  const refused: Refused = { setting: undefined };
  const source = new DataSource({
    type,
    username,
    database,
    poolSize,
    ...way,
    timezone: 'Z',
    supportBigNumbers: true,
    entities: schemasFor(accounts),
    migrations,
    migrationsTransactionMode: 'each',
    logging: false,
    driver: { createPool: (options: PoolOptions) => preparedPool(options, facts, refused) },
    // A batch sends its writes in one packet (mysql-packet.ts). Text from clients is sent only as parameters. This is off on Galera: between two
    // statements of a packet, another node's transaction may win. Then this transaction is rolled back, but the rest of the packet still runs and
    // commits. Acknowledged bookings were lost in this way.
    multipleStatements: !facts.isGalera,
    // By default mysql2 takes a stack for each query, which took a 25th of a booking's time. TypeORM's own error has a stack.
    trace: false,
    extra: { waitForConnections: true, queueLimit: QUEUE_MAX, enableKeepAlive: true },
  });
  await source.initialize().catch((error: unknown) => explain(refused.setting ?? error, config));
  const isInTheClear = config.tls !== undefined && facts.ssl === undefined && !isLoopback(config.host);
  return {
    writer: source,
    reader: source,
    plainPrefix: asTheNodeIs(facts),
    close: () => source.destroy(),
    notice: isInTheClear ? inTheClear(config) : undefined,
  };
}

const inTheClear = (config: MySqlConfig): string =>
  `The database at ${addressOf(config)} has no TLS, which was preferred: passwords, e-mails and bookings go to it in the clear. Turn TLS on in the database, and set DB_SSL_MODE to required or better. Or set DB_SSL_MODE=disabled if nobody else uses the network.`;

/** Reads the kind of server. If no order could be written on it, the start ends with one line. */
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
      await server.query(`USE ${escapeId(database)}`); // another way, `changeUser`, would reset all settings
      return server;
    });
    const [rows] = await connection.query<(RowDataPacket & { readonly Variable_name: string; readonly Value: string })[]>(
      "SHOW VARIABLES WHERE Variable_name IN ('version', 'wsrep_on', 'log_bin', 'binlog_format', 'max_allowed_packet')",
    );
    await connection.end();
    const variables = new Map(rows.map((row) => [row.Variable_name, row.Value]));
    if (makes) requireUsable(variables, addressOf(config)); // a caller that only reads needs no writable server
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
