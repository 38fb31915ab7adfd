import { DataSource } from 'typeorm';
import { isLoopback } from '../../loopback.ts';
import { StartFault } from '../../start-fault.ts';
import { codeOf } from '../database-errors.ts';
import { migrations } from '../migrations/index.ts';
import type { PostgresConfig } from './config.ts';
import type { Opened, Opening } from './dialect.ts';
import { TranslatingClient } from './postgres-client.ts';
import { Client } from './postgres-driver.ts';
import { errors } from './postgres-errors.ts';
import { explain, hasNoTls, RACED_DATABASE, UNKNOWN_DATABASE } from './postgres-faults.ts';
import { WatchedPool } from './postgres-pool.ts';
import { postgresSchemasFor } from './postgres-schemas.ts';
import { addressOf, placeOf } from './postgres-tools.ts';

const CONNECT_TIMEOUT_MS = 3000;
const IDLE_MS = 60_000;
/** PostgreSQL 14 is the oldest version that notices during a statement that its client is gone. */
const OLDEST_VERSION = 140_000;

/**
 * Settings that every connection sends in its first message, so that no statement runs without them. Times are in milliseconds. The wait
 * for a lock is as long as on the other engines. A transaction whose client is gone keeps its locks for at most ten seconds. The longest
 * read, an audit, may take ten minutes.
 */
const SETTINGS = {
  lock_timeout: 3000,
  statement_timeout: 11 * 60_000,
  idle_in_transaction_session_timeout: 10_000,
  client_connection_check_interval: 1000,
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  // Values are sent in arrays. With this setting off, a missing value would be stored as the word NULL.
  array_nulls: 'on',
  standard_conforming_strings: 'on',
  client_min_messages: 'warning',
};
const SESSION = Object.entries(SETTINGS)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

/** Fixed options, so that pg does not read PGCLIENT_ENCODING, PGAPPNAME, PGSSLNEGOTIATION and PGREPLICATION, which may be set for other programs. */
const OF_NO_OTHERS = { client_encoding: 'UTF8', application_name: 'tickets', sslnegotiation: 'postgres', replication: 'false' } as const;

/** TLS options in the form of Node. */
interface Line {
  readonly rejectUnauthorized: boolean;
  readonly checkServerIdentity?: () => undefined;
  readonly ca?: string;
}

const lineOf = ({ tls }: PostgresConfig): Line | undefined =>
  tls && {
    rejectUnauthorized: tls.mode === 'verify-ca' || tls.mode === 'verify-identity',
    ...(tls.mode === 'verify-identity' ? {} : { checkServerIdentity: () => undefined }),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  };

/** Opens the pool. Creates the database if it is missing and the user has the right. Errors say what is wrong, and never contain the password. */
export async function openPostgres(config: PostgresConfig, { makes, accounts }: Pick<Opening, 'makes' | 'accounts'>): Promise<Opened> {
  const { database, poolSize, user, password } = config;
  try {
    const ssl = await usableLine(config, makes);
    const source = new DataSource({
      type: 'postgres',
      driver: { Pool: WatchedPool },
      ...placeOf(config),
      username: user,
      // The password is a function, because pg would replace an empty text by PGPASSWORD or ~/.pgpass.
      password: () => password,
      database,
      poolSize,
      connectTimeoutMS: CONNECT_TIMEOUT_MS,
      installExtensions: false,
      ssl: ssl ?? false,
      entities: postgresSchemasFor(accounts),
      migrations,
      migrationsTransactionMode: 'each',
      logging: false,
      extra: { ...OF_NO_OTHERS, Client: TranslatingClient, pipeline: true, options: SESSION, keepAlive: true, idleTimeoutMillis: IDLE_MS },
    });
    await source.initialize();
    const isInTheClear = config.tls !== undefined && ssl === undefined && !isLoopback(config.host);
    return { writer: source, reader: source, plainPrefix: '', close: () => source.destroy(), notice: isInTheClear ? inTheClear(config) : undefined };
  } catch (error) {
    return explain(error, config);
  }
}

const inTheClear = (config: PostgresConfig): string =>
  `The database at ${addressOf(config)} has no TLS, which was preferred: passwords, e-mails and bookings go to it in the clear. Turn TLS on in the database, and set DB_SSL_MODE to required or better. Or set DB_SSL_MODE=disabled if nobody else uses the network.`;

/** Connects once and returns the TLS options that work. If no order could be written on the server, the start ends with one line. */
async function usableLine(config: PostgresConfig, makes: boolean): Promise<Line | undefined> {
  let ssl = lineOf(config);
  const connect = async (database: string): Promise<Client> => {
    const { user, password } = config;
    const client = new Client({
      ...placeOf(config),
      ...OF_NO_OTHERS,
      user,
      password: () => password,
      database,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      options: SESSION,
      ssl: ssl ?? false,
    });
    client.on('error', () => undefined); // the next query reports the error
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (ssl === undefined || config.tls?.mode !== 'preferred' || !hasNoTls(error)) throw error;
      ssl = undefined;
      return connect(database);
    }
  };
  const client = await connect(config.database).catch(async (error: unknown) => {
    if (codeOf(error) !== UNKNOWN_DATABASE || !makes) throw error;
    const making = connect('postgres').then((server) => create(config.database, server));
    await making.catch((failure: unknown) => {
      throw errors.classify(failure) === 'denied' ? error : failure; // then the first error is clearer: the database is missing
    });
    return connect(config.database);
  });
  try {
    const { rows } = await client.query<{ version: string; encoding: string }>(
      "SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding",
    );
    requireUsable(rows[0], config);
  } finally {
    await client.end();
  }
  return ssl;
}

/** Creates the database. It compares texts by bytes, as this program's tables do, whatever the server's default is. */
async function create(database: string, server: Client): Promise<void> {
  try {
    await server.query(`CREATE DATABASE ${server.escapeIdentifier(database)} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`);
  } catch (error) {
    if (!RACED_DATABASE.includes(String(codeOf(error)))) throw error; // another process made it
  } finally {
    await server.end();
  }
}

function requireUsable(server: { readonly version: string; readonly encoding: string } | undefined, config: PostgresConfig): void {
  const address = addressOf(config);
  if (server?.encoding !== 'UTF8')
    throw new StartFault(
      `The database "${config.database}" at ${address} has the encoding ${server?.encoding}, which cannot store every character. As an administrator: CREATE DATABASE ... TEMPLATE template0 ENCODING 'UTF8'. Nothing was changed.`,
    );
  if (Number(server.version) < OLDEST_VERSION)
    throw new StartFault(
      `The database at ${address} is PostgreSQL ${Math.floor(Number(server.version) / 10_000)}, and this program needs 14 or newer. Nothing was changed.`,
    );
}
