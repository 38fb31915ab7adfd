import type { PoolClient, PoolConfig } from 'pg';
import type { DataSource } from 'typeorm';
import type { Pool } from './dialect.ts';
import { type Client, Pool as DriverPool } from './postgres-driver.ts';

/** pg's pool, which shows only by its events which connections are idle. */
export class WatchedPool extends DriverPool {
  readonly #idle = new Set<PoolClient>();
  #abandonedMs = Number.NEGATIVE_INFINITY;

  constructor(options: PoolConfig) {
    super(options);
    this.on('connect', (client) => OPENED_MS.set(client, performance.now()));
    this.on('acquire', (client) => this.#idle.delete(client));
    this.on('remove', (client) => this.#idle.delete(client));
    this.on('release', (_, client) => this.#idle.add(client));
  }

  /**
   * Called when the server behind these connections refuses writes. Another server may have the name by now, so all connections are closed:
   * idle ones at once, the others when they are released. A new connection looks the name up again.
   */
  abandon(): void {
    const now = performance.now();
    if (now - this.#abandonedMs < ABANDON_AGAIN_MS) return;
    this.#abandonedMs = now;
    for (const client of this.#idle) {
      // Only an error removes an idle connection from the pool. If it were only ended, the pool would still hand it out.
      client.emit('error', new Error('given up: the server takes no writes'));
      giveUp(client);
    }
  }

  isAbandoned(client: object): boolean {
    const opened = OPENED_MS.get(client);
    return opened !== undefined && opened <= this.#abandonedMs;
  }
}

/** When each connection was opened. */
const OPENED_MS = new WeakMap<object, number>();
/** If the server stays read-only, the connections are not all given up again for each order. */
const ABANDON_AGAIN_MS = 1000;

/** pg's internal state of a connection, which has no public interface. */
type Held = Client & { readonly connection: { readonly stream: { destroy(): void } } };
const isHeld = (connection: unknown): connection is Held =>
  typeof connection === 'object' && connection !== null && 'connection' in connection && 'end' in connection;

/**
 * Closes the connection at once, even if a statement runs. The server ends that statement when it notices that its client is gone
 * (`client_connection_check_interval`).
 */
function giveUp(connection: unknown): boolean {
  if (!isHeld(connection)) return false;
  void connection.end(); // so that the pool does not use it again
  connection.connection.stream.destroy();
  return true;
}

function poolOf({ driver }: DataSource): WatchedPool {
  const pool: unknown = 'master' in driver ? driver.master : undefined;
  if (!(pool instanceof WatchedPool)) throw new Error('TypeORM gave no connection pool');
  return pool;
}

export const poolOfSize = (size: number): Pool => ({
  size,
  countsOf: (source) => {
    const { totalCount, idleCount, waitingCount } = poolOf(source);
    return { inUse: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  },
  // A connection has its settings from its first message on (postgres-open.ts).
  ready: () => undefined,
  giveUp,
  abandon: (source) => poolOf(source).abandon(),
  isAbandoned: (source, connection) => typeof connection === 'object' && connection !== null && poolOf(source).isAbandoned(connection),
});
