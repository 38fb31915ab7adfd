import { createPool, type Pool as DriverPool, type PoolConnection, type PoolOptions } from 'mysql2';
import type { RowDataPacket } from 'mysql2/promise';
import type { DataSource } from 'typeorm';
import { messageOf } from '../database-errors.ts';
import type { Pool } from './dialect.ts';
import { NO_LIMIT, type ServerFacts } from './mysql-config.ts';
import { isJoined } from './mysql-packet.ts';

/** A neighbour's lock is waited for this long; InnoDB's default of 50 s would hold every request behind it. */
const LOCK_WAIT_SECONDS = 3;

/**
 * A transaction whose connection the network forgot would keep its locks until the server's own wait_timeout, 8 hours: nobody
 * could buy meanwhile. Longer than any try, which has been given up on this side by then.
 */
const ABANDONED_SECONDS = 10;

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

/** A setting that was refused, for whom the connection is destroyed. */
export interface Refused {
  setting: unknown;
}

/** A pool each of whose connections gets the settings first, from the very first one on. */
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
 * The connection takes several statements in one packet, so that a batch's writes need one round trip. Injected text must not profit from
 * that. So a text with several statements passes only if all of them are known to runTogether.
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
const settingsOf = (connection: unknown): Promise<unknown> | undefined =>
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

/** The pool's connections now. mysql2 tells how many by no other way. */
function connectionsOf(source: DataSource) {
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
