import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServedEngine } from '../engine-names.ts';
import { type PrivateServer, privateServer, privateServers } from './private-server.ts';
import { type Store, startServer } from './programs.ts';
import { askInstead, type Fate, Wire } from './wire.ts';

interface Settings {
  readonly set: readonly string[];
  readonly reset: readonly string[];
}
interface Words {
  /** Options of the server program. */
  readonly options: readonly string[];
  /** New connections have a lower default. Ours set the value that they need. */
  readonly lessByDefault: Settings;
  /** Settings that no connection can change. */
  readonly weaker: Settings & { readonly named: readonly string[] };
  /** The setting of a connection, the setting that a proxy sends in its place, and the message that follows. */
  readonly swallowed: { readonly words: RegExp; readonly instead: string; readonly said: RegExp };
}
const RELOAD = 'SELECT pg_reload_conf()';
const OF: Readonly<Record<ServedEngine, Words>> = {
  mysql: {
    options: ['--log-bin=log', '--server-id=1', '--binlog-format=ROW', '--sync-binlog=1'],
    lessByDefault: {
      set: ["SET GLOBAL check_constraint_checks = 0, GLOBAL tx_isolation = 'READ-UNCOMMITTED'"],
      reset: ["SET GLOBAL check_constraint_checks = 1, GLOBAL tx_isolation = 'REPEATABLE-READ'"],
    },
    weaker: {
      set: ['SET GLOBAL innodb_flush_log_at_trx_commit = 2, GLOBAL sync_binlog = 0'],
      reset: ['SET GLOBAL innodb_flush_log_at_trx_commit = 1, GLOBAL sync_binlog = 1'],
      named: ['innodb_flush_log_at_trx_commit is 2', 'sync_binlog is 0'],
    },
    swallowed: { words: /^SET SESSION TRANSACTION ISOLATION/, instead: 'DO 1', said: /transactions run at REPEATABLE-READ/ },
  },
  postgres: {
    options: [],
    lessByDefault: {
      set: ["ALTER SYSTEM SET default_transaction_isolation = 'serializable'", RELOAD],
      reset: ['ALTER SYSTEM RESET default_transaction_isolation', RELOAD],
    },
    weaker: {
      set: [
        ...['fsync', 'full_page_writes', 'synchronous_commit'].map((name) => `ALTER SYSTEM SET ${name} = off`),
        'ALTER SYSTEM SET session_replication_role = replica',
        RELOAD,
      ],
      reset: ['ALTER SYSTEM RESET ALL', RELOAD],
      named: ['fsync is off', 'full_page_writes is off', 'synchronous_commit is off', 'session_replication_role is replica'],
    },
    swallowed: {
      words: /^START TRANSACTION/,
      instead: 'START TRANSACTION ISOLATION LEVEL REPEATABLE READ',
      said: /transactions run at repeatable read/,
    },
  },
};

describe.each(privateServers)('a database on %s is tried when a server starts', (engine) => {
  const { options, lessByDefault, weaker, swallowed } = OF[engine];
  let database: PrivateServer;
  beforeAll(async () => {
    database = await privateServer(engine, options);
  });
  afterAll(() => database.kill());

  const run = async (statements: readonly string[]) => {
    for (const statement of statements) await database.query(statement);
    await sleep(300); // PostgreSQL needs a moment to reload its configuration
  };

  async function saidAtStart(store: Store): Promise<string[]> {
    const server = await startServer(store);
    const lines = server.output().split('\n');
    await server.kill();
    return lines.filter((line) => line.includes('keeps less than is promised')).map((line) => String(JSON.parse(line).message));
  }

  it('one that keeps it all: nothing is said, also where its own settings ask for less of new connections', async () => {
    await run(lessByDefault.set);
    expect(await saidAtStart(database.store())).toEqual([]);
    await run(lessByDefault.reset);
  });

  it('commits that wait for no disk, and no CHECK: one line names all of it, and where', async () => {
    const store = database.store();
    await saidAtStart(store); // creates the tables
    const neighbour = await database.neighbour(store.database);
    await neighbour.query('ALTER TABLE events DROP CONSTRAINT chk_events_stock');
    await neighbour.end();
    await run(weaker.set);
    const [line = '', ...others] = await saidAtStart(store);
    await run(weaker.reset);
    expect(others).toEqual([]);
    for (const words of [`${store.port}/${store.database}`, 'CHECK is not enforced', ...weaker.named]) expect(line).toContain(words);
  });

  it('a proxy that swallows what a connection asks for: the isolation is named', async () => {
    const store = database.store();
    await saidAtStart(store);
    const wire = await Wire.lay(database);
    const swallow = askInstead(swallowed.instead);
    const again: Fate = (...facts) => {
      swallow(...facts);
      void wire.trap(swallowed.words, again);
    };
    void wire.trap(swallowed.words, again);
    expect(await saidAtStart({ ...store, port: wire.port })).toEqual([expect.stringMatching(swallowed.said)]);
    wire.cut();
  });
});
