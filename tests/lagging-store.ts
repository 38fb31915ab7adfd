import { join } from 'node:path';
import { TOTAL_TICKETS_MAX } from '@ticket/domain';
import { READ_LAG_MS, type Store } from '@ticket/domain/testing';
import Libsql from 'libsql';
import { createContainer, TOKENS } from '../packages/adapters/src/container.ts';
import type { DatabaseConfig } from '../packages/adapters/src/persistence/dialects/config.ts';
import { PROFILES } from '../packages/adapters/src/profiles.ts';
import type { Engine } from './engines.ts';
import { neighbourOf } from './neighbour.ts';
import { movementsOf, openContainer, portsOf } from './open-store.ts';

/** One snapshot of all rows. It shows no later commits. */
interface Snapshot {
  query(sql: string, parameters: readonly unknown[]): Promise<unknown[]>;
  close(): Promise<void>;
}

/**
 * A store whose plain reads come from a snapshot that is at least READ_LAG_MS old, like the answers of a proxy's replicas. The engine itself
 * keeps the snapshot in an open read transaction. Every suite except read-your-writes holds on it.
 */
export async function openLaggingStore(engine: Engine): Promise<Store> {
  const {
    container,
    database: config,
    close,
  } = await openContainer(engine, { policies: { ...PROFILES.open, selling: { ...PROFILES.open.selling, ticketsPerUserMax: TOTAL_TICKETS_MAX } } });
  const other = createContainer(container.get(TOKENS.config));
  await other.get(TOKENS.database).connect();
  let [current, next] = [await snapshotOf(config), await snapshotOf(config)];
  let renewing: Promise<void> = Promise.resolve();
  const renew = async () => {
    const old = current;
    [current, next] = [next, await snapshotOf(config)];
    await settled(old);
  };
  const timer = setInterval(() => {
    renewing = renewing.then(renew);
  }, READ_LAG_MS);
  const underWay = new Map<Snapshot, Set<Promise<unknown>>>();
  const settled = async (snapshot: Snapshot) => {
    await Promise.allSettled(underWay.get(snapshot) ?? []);
    underWay.delete(snapshot);
    await snapshot.close();
  };

  const database = container.get(TOKENS.database);
  const query = database.query.bind(database);
  database.query = async <Row>(sql: string, parameters: readonly unknown[] = [], options: Parameters<typeof query>[2] = {}) => {
    if (options.freshness === 'latest') return query<Row>(sql, parameters, options);
    const read = current.query(sql, parameters);
    const reads = underWay.get(current) ?? new Set();
    underWay.set(current, reads.add(read));
    return (await read) as Row[];
  };
  return {
    ports: portsOf(container),
    fresh: portsOf(other),
    movements: movementsOf(other),
    close: async () => {
      clearInterval(timer);
      await renewing;
      for (const snapshot of [current, next]) await settled(snapshot);
      await other.unbindAllAsync();
      await close();
    },
  };
}

async function snapshotOf(config: DatabaseConfig): Promise<Snapshot> {
  if (config.engine === 'sqlite') {
    const connection = new Libsql(join(config.folder, 'tickets.sqlite'));
    connection.exec('BEGIN');
    connection.prepare('SELECT COUNT(*) FROM events').all(); // a snapshot begins with the first read
    return {
      query: async (sql, parameters) => connection.prepare(sql).all([...parameters]),
      close: async () => void connection.close(),
    };
  }
  const neighbour = await neighbourOf(config);
  for (const statement of SNAPSHOT[config.engine]) await neighbour.query(statement);
  return { query: async (sql, parameters) => [...(await neighbour.query(sql, parameters))], close: () => neighbour.end() };
}

/** The statements after which a connection sees no later commit. On PostgreSQL a snapshot begins with the first read. */
const SNAPSHOT = {
  mysql: [
    "SET SESSION time_zone = '+00:00'",
    'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
    'START TRANSACTION WITH CONSISTENT SNAPSHOT',
  ],
  postgres: ['START TRANSACTION ISOLATION LEVEL REPEATABLE READ', 'SELECT COUNT(*) FROM events'],
};
