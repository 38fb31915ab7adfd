import { createPool, type Pool as DriverPool, type PoolConnection, type PoolOptions } from 'mysql2';
import type { RowDataPacket } from 'mysql2/promise';
import type { DataSource } from 'typeorm';
import { messageOf } from '../database-errors.ts';
import type { Pool } from './dialect.ts';
import { NO_LIMIT, type ServerFacts } from './mysql-config.ts';
import { isJoined } from './mysql-packet.ts';

/** How long a statement waits for another transaction's lock. With InnoDB's default of 50 s, all requests behind it would wait too. */
const LOCK_WAIT_SECONDS = 3;

/**
 * If a connection breaks without notice, its transaction keeps its locks until the server's wait_timeout of 8 hours, and nobody could buy
 * meanwhile. This limit is longer than any try, which the program has given up by then.
 */
const ABANDONED_SECONDS = 10;

/**
 * The settings for every connection of the pool, which are made before anything else runs on it. They are all settings that change results
 * or rights, so that the server's defaults do not matter.
 */
const sessionOf = ({ type, isGalera }: ServerFacts): readonly string[] => [
  // A transaction first reads with locks, so it decides on the newest rows. REPEATABLE READ would add gap locks and errors 1020.
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE',
  'SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci',
  `SET SESSION ${[
    "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
    "time_zone = '+00:00'",
    `innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`,
    // MySQL has a limit only for all idle connections, also outside of a transaction. The pool opens closed connections again.
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
    // A node may lag behind the commits of another one. With this setting a transaction waits until the node has caught up. For reads see
    // `asTheNodeIs`.
    ...(isGalera ? ['wsrep_sync_wait = @@wsrep_sync_wait | 1'] : []),
  ].join(', ')}`,
];

/** The error of a setting that the server refused, so that the start can report it. */
export interface Refused {
  setting: unknown;
}

/** A pool in which every new connection gets its settings before any statement. */
export function preparedPool(options: PoolOptions, facts: ServerFacts, refused: Refused): DriverPool {
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
    set.catch(() => undefined); // avoids an unhandled rejection if no caller waits for the settings
    settingsUnderWay.set(connection, set);
  });
  return pool;
}

/** Its name appears in the log, so that the operator starts the server again. */
class BecameGaleraNode extends Error {
  override readonly name = 'BecameGaleraNode';
}

async function prepare(connection: PoolConnection, facts: ServerFacts): Promise<void> {
  const session = connection.promise();
  const set = sessionOf(facts).map((statement) => session.query(statement));
  const cluster = session.query<RowDataPacket[]>("SHOW VARIABLES WHERE Variable_name = 'wsrep_on' AND Value = 'ON'");
  const [[found]] = await Promise.all([cluster, ...set]);
  // The address now leads to a Galera node. There, several statements in one packet are not safe, and neither are reads that do not wait.
  if (found.length > 0 && !facts.isGalera)
    throw new BecameGaleraNode('the database has become a Galera node since this program started. Restart this program');
}

/**
 * The connection takes several statements in one packet, so that a batch's writes need one round trip. SQL injection must not gain from
 * this. So a text with several statements passes only if `sendTogether` has joined it.
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

/** A connection without its settings is not used. A new connection may get them. */
class SettingRefused extends Error {
  override readonly name = 'SettingRefused';
  readonly code = 'SETTING_REFUSED';
  constructor(cause: unknown) {
    super(`a setting of the connection was refused: ${messageOf(cause)}`, { cause });
  }
}

const settingsUnderWay = new WeakMap<object, Promise<unknown>>();

/** Resolves when the connection has the settings of `sessionOf`. Rejects if one was refused, and then nothing runs on the connection. */
const settingsOf = (connection: unknown): Promise<unknown> | undefined =>
  typeof connection === 'object' && connection !== null ? settingsUnderWay.get(connection) : undefined;

/** When each connection was opened, and when all connections of a pool were last given up. */
const openedMs = new WeakMap<object, number>();
const abandonedMs = new WeakMap<object, number>();
/** If the server stays read-only, the connections are not all given up again for each order. */
const ABANDON_AGAIN_MS = 1000;

/**
 * Called when the server behind these connections refuses writes. Another server may have the name by now, so all connections are closed:
 * idle ones at once, the others when they are released. A new connection looks the name up again.
 */
function abandonConnections(source: DataSource): void {
  const pool = poolOf(source);
  const now = performance.now();
  if (now - (abandonedMs.get(pool) ?? Number.NEGATIVE_INFINITY) < ABANDON_AGAIN_MS) return;
  abandonedMs.set(pool, now);
  for (const connection of pool._freeConnections.toArray()) connection.destroy();
}

function isAbandoned(source: DataSource, connection: unknown): boolean {
  if (typeof connection !== 'object' || connection === null) return false;
  const opened = openedMs.get(connection);
  return opened !== undefined && opened <= (abandonedMs.get(poolOf(source)) ?? Number.NEGATIVE_INFINITY);
}

/** Counts the pool's connections. mysql2 has no public way to do this. */
function connectionsOf(source: DataSource) {
  const { _allConnections: all, _freeConnections: free, _connectionQueue: queue } = poolOf(source);
  return { inUse: all.length - free.length, idle: free.length, waiting: queue.length };
}

/** Internal fields of mysql2's pool, for which it has no public interface. */
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

const isDestroyable = (connection: unknown): connection is { destroy(): void } =>
  typeof connection === 'object' && connection !== null && 'destroy' in connection && typeof connection.destroy === 'function';

function giveUp(connection: unknown): boolean {
  if (!isDestroyable(connection)) return false;
  connection.destroy();
  return true;
}

export const poolOfSize = (size: number): Pool => ({
  size,
  countsOf: connectionsOf,
  ready: settingsOf,
  giveUp,
  abandon: abandonConnections,
  isAbandoned,
});
