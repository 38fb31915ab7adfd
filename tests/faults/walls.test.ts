import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasMariaDb, PrivateMariaDb } from './private-mariadb.ts';
import { startServer } from './programs.ts';
import { askInstead, Wire } from './wire.ts';

/** What a server says at its start of a database that keeps less than is promised. */
describe.runIf(hasMariaDb)('a database is tried when a server starts', () => {
  let mariadb: PrivateMariaDb;
  beforeAll(async () => {
    mariadb = await PrivateMariaDb.start({ options: ['--log-bin=log', '--server-id=1', '--binlog-format=ROW', '--sync-binlog=1'] });
  });
  afterAll(() => mariadb.kill());

  async function saidAtStart(store: ReturnType<PrivateMariaDb['store']>): Promise<string[]> {
    const server = await startServer(store);
    const lines = server.output().split('\n');
    await server.kill();
    return lines.filter((line) => line.includes('keeps less than is promised')).map((line) => String(JSON.parse(line).message));
  }

  it('one that keeps it all: nothing is said, also where its own settings ask for less of new connections', async () => {
    await mariadb.query("SET GLOBAL check_constraint_checks = 0, GLOBAL tx_isolation = 'READ-UNCOMMITTED'");
    expect(await saidAtStart(mariadb.store())).toEqual([]);
    await mariadb.query("SET GLOBAL check_constraint_checks = 1, GLOBAL tx_isolation = 'REPEATABLE-READ'");
  });

  it('no sync of the log or of the binlog, and no CHECK: one line names all three, and where', async () => {
    const store = mariadb.store();
    await saidAtStart(store); // makes the tables
    await mariadb.query(`ALTER TABLE ${store.database}.events DROP CONSTRAINT chk_events_stock`);
    await mariadb.query('SET GLOBAL innodb_flush_log_at_trx_commit = 2, GLOBAL sync_binlog = 0');
    const [line = '', ...others] = await saidAtStart(store);
    await mariadb.query('SET GLOBAL innodb_flush_log_at_trx_commit = 1, GLOBAL sync_binlog = 1');
    expect(others).toEqual([]);
    for (const words of [`${store.port}/${store.database}`, 'CHECK is not enforced', 'innodb_flush_log_at_trx_commit is 2', 'sync_binlog is 0'])
      expect(line).toContain(words);
  });

  it('a proxy that swallows what a connection asks for: the isolation is named', async () => {
    const store = mariadb.store();
    await saidAtStart(store);
    const wire = await Wire.lay(mariadb.port);
    const swallow = askInstead('DO 1');
    const again: typeof swallow = (line, statement) => {
      swallow(line, statement);
      void wire.trap(/^SET SESSION TRANSACTION ISOLATION/, again);
    };
    void wire.trap(/^SET SESSION TRANSACTION ISOLATION/, again);
    expect(await saidAtStart({ ...store, port: wire.port })).toEqual([expect.stringMatching(/transactions run at REPEATABLE-READ/)]);
    wire.cut();
  });
});
