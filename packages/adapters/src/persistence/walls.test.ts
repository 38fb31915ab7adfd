import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engine, engines, freshDatabase } from '../../../../tests/engines.ts';
import { Database } from './database.ts';
import type { DatabaseConfig } from './dialects/config.ts';
import { mysql } from './dialects/mysql.ts';
import { postgres } from './dialects/postgres.ts';
import { sqlite } from './dialects/sqlite.ts';

describe.each(engines)('the walls of %s', (engine) => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let database: Database;
  let writer: DataSource;
  beforeEach(async () => {
    fresh = await freshDatabase(engine);
    // One connection, so that what is set on it is set wherever the walls are tried.
    database = new Database('poolSize' in fresh.config ? { ...fresh.config, poolSize: 1 } : fresh.config);
    await database.connect();
    await database.transaction(async ({ dataSource }) => {
      writer = dataSource;
    });
    // The server's own is off, and a session can have another.
    if (engine === 'postgres') await writer.query('SET synchronous_commit = on');
  });
  afterEach(async () => {
    await database.close();
    await fresh.drop();
  });

  /** The server of the tests is not durable. Whether that is told is asked of one that is, in tests/faults/walls.test.ts. */
  async function weaknesses(): Promise<string[]> {
    const [line = '', ...others] = await database.weaknesses();
    expect(others).toEqual([]);
    const words = line.replace(`The database at ${database.address} keeps less than is promised: `, '').replace(/\.$/, '');
    const found = words === '' ? [] : words.split('; ');
    return found.filter((one) => !/^(?:innodb_flush_log_at_trx_commit|fsync|full_page_writes) is/.test(one));
  }
  const rows = async () => (await database.query('SELECT id FROM events')).length;

  const broken = (
    {
      sqlite: [
        ['CHECK is ignored', 'PRAGMA ignore_check_constraints = ON', /CHECK is not enforced/],
        ['COMMIT waits for no disk', 'PRAGMA synchronous = NORMAL', /synchronous is 1, not FULL/],
        ['reads see what is not committed', 'PRAGMA read_uncommitted = ON', /read_uncommitted is on/],
      ],
      mysql: [
        ['a CHECK was dropped', 'ALTER TABLE events DROP CONSTRAINT chk_events_stock', /CHECK is not enforced/],
        ['isolation was changed', 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ', /transactions run at REPEATABLE-READ/],
      ],
      // Each transaction asks for its own isolation.
      postgres: [
        ['a CHECK was dropped', 'ALTER TABLE events DROP CONSTRAINT chk_events_stock', /CHECK is not enforced/],
        ['COMMIT waits for no disk', 'SET synchronous_commit = off', /synchronous_commit is off/],
      ],
    } satisfies Record<Engine, [string, string, RegExp][]>
  )[engine];

  it('all stand, and trying them leaves nothing', async () => {
    const before = bytesOf(fresh.config);
    expect([await weaknesses(), await rows()]).toEqual([[], 0]);
    expect(bytesOf(fresh.config)).toEqual(before);
  });

  it.each(broken)('%s: it is said, alone, and nothing is left', async (_, statement, said) => {
    await writer.query(statement);
    expect([await weaknesses(), await rows()]).toEqual([[expect.stringMatching(said)], 0]);
  });
});

/** Of the embedded database's file and its log. */
const bytesOf = (config: DatabaseConfig): readonly Buffer[] =>
  config.engine === 'sqlite' ? ['tickets.sqlite', 'tickets.sqlite-wal'].map((name) => readFileSync(join(config.folder, name))) : [];

/** What an engine says is given here, where no engine here can be made to say it. The row that CHECK has to refuse is refused. */
const answering = (answers: Readonly<Record<string, unknown>>, refusal: object) => async (sql: string) => {
  if (sql.startsWith('INSERT')) throw Object.assign(new Error('CHECK'), refusal);
  if (sql.startsWith('SHOW')) return Object.entries(answers).map(([name, value]) => ({ Variable_name: name, Value: value }));
  if (sql.startsWith('SELECT name, setting')) return Object.entries(answers).map(([name, setting]) => ({ name, setting }));
  const name = sql.replace('PRAGMA ', '');
  return [{ [name]: answers[name] }];
};

describe('what is promised of a power cut', () => {
  const file = sqlite({ engine: 'sqlite', folder: 'nowhere' });
  const server = mysql({ engine: 'mysql', host: 'db', port: 3306, user: 'u', password: 'p', database: 'd', poolSize: 3 });
  const postgresServer = postgres({ engine: 'postgres', host: 'db', port: 5432, user: 'u', password: 'p', database: 'd', poolSize: 3 });
  const [safeFile, safeServer] = [
    { synchronous: 2, journal_mode: 'wal', read_uncommitted: 0 },
    {
      transaction_isolation: 'READ-COMMITTED',
      innodb_flush_log_at_trx_commit: '1',
      innodb_flush_method: 'O_DIRECT',
      log_bin: 'OFF',
      sync_binlog: '0',
    },
  ];

  it.each([
    [{ journal_mode: 'memory' }, [/journal_mode is memory/]],
    [{ synchronous: 0 }, [/synchronous is 0/]],
    [{ synchronous: 3 }, []],
    [{}, []],
  ])('SQLite: %o', async (said, expected) => {
    const found = await file.weaknesses(answering({ ...safeFile, ...said }, { code: 'SQLITE_CONSTRAINT_CHECK' }));
    expect(found).toEqual(expected.map((words) => expect.stringMatching(words)));
  });

  it.each([
    [{ innodb_flush_log_at_trx_commit: '2' }, [/innodb_flush_log_at_trx_commit is 2/]],
    [{ innodb_flush_log_at_trx_commit: '3' }, []],
    [{ innodb_flush_method: 'nosync' }, [/innodb_flush_method is nosync/]],
    [{ log_bin: 'ON', sync_binlog: '0' }, [/sync_binlog is 0/]],
    [{ log_bin: 'ON', sync_binlog: '1' }, []],
    [{}, []],
  ])('MySQL: %o', async (said, expected) => {
    const found = await server.weaknesses(answering({ ...safeServer, ...said }, { errno: 3819 }));
    expect(found).toEqual(expected.map((words) => expect.stringMatching(words)));
  });

  it.each([
    [{ synchronous_commit: 'off' }, [/synchronous_commit is off/]],
    [{ synchronous_commit: 'remote_apply' }, []],
    [{ fsync: 'off' }, [/fsync is off/]],
    [{ full_page_writes: 'off' }, [/full_page_writes is off/]],
    [{ session_replication_role: 'replica' }, [/session_replication_role is replica: foreign keys are not enforced/]],
    [{ transaction_isolation: 'serializable' }, [/transactions run at serializable/]],
    [{}, []],
  ])('PostgreSQL: %o', async (said, expected) => {
    const durable = { synchronous_commit: 'on', fsync: 'on', full_page_writes: 'on' };
    const safe = { transaction_isolation: 'read committed', session_replication_role: 'origin', ...durable };
    const found = await postgresServer.weaknesses(answering({ ...safe, ...said }, { code: '23514' }));
    expect(found).toEqual(expected.map((words) => expect.stringMatching(words)));
  });

  it('what cannot be tried is said to be so', async () => {
    expect(await server.weaknesses(answering(safeServer, { errno: 1142 }))).toEqual([
      expect.stringMatching(/^whether CHECK is enforced could not be tried/),
    ]);
  });
});
