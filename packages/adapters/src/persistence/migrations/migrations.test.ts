import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, freshDatabase } from '../../../../../tests/engines.ts';
import { PROGRAM_VERSION } from '../../program-version.ts';
import { StartFault } from '../../start-fault.ts';
import { Database } from '../database.ts';
import type { DatabaseConfig } from '../dialects/config.ts';
import { dialectOf } from '../dialects/index.ts';
import { MigrationPrograms1764800000000 } from './1764800000000-migration-programs.ts';
import { OneTreeATable1765000000000 } from './1765000000000-one-tree-a-table.ts';
import { RowVersions1765300000000 } from './1765300000000-row-versions.ts';
import { ListsOfUsers1765500000000 } from './1765500000000-lists-of-users.ts';
import { migrations } from './index.ts';
import { isAtLeast } from './program-versions.ts';

const openedOf = (config: DatabaseConfig) => dialectOf(config).open({ makes: true, accounts: 'ours', onLost: () => undefined });

/** Past the program, which would not start. */
async function forget(config: DatabaseConfig, name: string): Promise<void> {
  const { writer, reader } = await openedOf(config);
  for (const [table, column] of [
    ['migrations', 'name'],
    ['migration_programs', 'migration'],
  ])
    await writer.query(`DELETE FROM ${table} WHERE ${column} = ?`, [name]);
  if (reader !== writer) await reader.destroy();
  await writer.destroy();
}

it.each([
  ['0.1.0', '0.1.0', true],
  ['0.1.1', '0.1.0', true],
  ['0.10.0', '0.9.9', true],
  ['1.0.0-rc.1', '1.0.0', true],
  ['0.1.0', '0.1.1', false],
  ['0.9.9', '0.10.0', false],
  ['1.2.3', '1.2', false],
  ['1.2.3', '1.2.3.4', false],
])('version %s is at least %s: %s', (version, wanted, expected) => {
  expect(isAtLeast(version, wanted)).toBe(expected);
});

describe.each(engines)('migrations on %s', (engine) => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  beforeAll(async () => {
    fresh = await freshDatabase(engine);
  });
  afterAll(async () => {
    await fresh.drop();
  });

  it('come up together when several processes start on an empty database', async () => {
    const databases = Array.from({ length: 4 }, () => new Database(fresh.config));
    await Promise.all(databases.map((database) => database.connect()));
    for (const database of databases) expect(await database.query('SELECT COUNT(*) AS total FROM users')).toHaveLength(1);
    for (const database of databases) await database.close();
  });

  it('make the very tables that the schemas describe', async () => {
    const own = await freshDatabase(engine);
    const database = new Database(own.config);
    await database.connect();
    await database.close();
    const { writer: source } = await openedOf(own.config);
    // schemas.ts says why TypeORM is not told of this column.
    await source.query(`DROP INDEX idx_events_available${engine === 'mysql' ? ' ON events' : ''}`);
    await source.query('ALTER TABLE events DROP COLUMN is_available');
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    await source.destroy();
    await own.drop();
    // Checks are in the migrations alone (schemas.ts); on one engine TypeORM sees them, and would drop what it was not told of.
    const missing = upQueries.map(({ query }) => query).filter((query) => !/DROP CONSTRAINT "chk_/.test(query));
    expect(missing).toEqual([]);
  });

  it('each say which program is the oldest that can run on its tables, and this one is no older', async () => {
    const database = new Database(fresh.config);
    await database.connect();
    const rows = await database.query<{ migration: string; oldest: string }>(
      'SELECT migration, oldest_program AS oldest FROM migration_programs ORDER BY migration',
    );
    await database.close();
    const since = migrations.slice(migrations.indexOf(MigrationPrograms1764800000000)).map((Migration) => new Migration().name);
    expect(rows.map(({ migration }) => migration).toSorted()).toEqual(since.toSorted());
    for (const { oldest } of rows) expect(isAtLeast(PROGRAM_VERSION, oldest)).toBe(true);
  });

  describe.each([
    ['needs a newer program', '999.0.0', /newer program.*needs version 999\.0\.0.*this is \d/],
    ['says nothing of older programs', undefined, /newer program.*needs version unknown/],
    ['says what no version is', 'next', /newer program.*needs version next/],
    ['lets this program run', PROGRAM_VERSION, undefined],
  ])('made by a newer program: one that %s', (_, oldest, fault) => {
    const name = 'Tomorrow1999999999999';
    const write = async (...statements: [string, unknown[]][]) => {
      const database = new Database(fresh.config);
      await database.connect();
      await database.transaction(async (manager) => {
        for (const [sql, parameters] of statements) await manager.query(sql, parameters);
      });
      await database.close();
    };

    it.each([[true], [false]])(fault === undefined ? 'starts (makes: %s)' : 'is refused in one line (makes: %s)', async (makes) => {
      await write(
        ['INSERT INTO migrations (timestamp, name) VALUES (?, ?)', [1_999_999_999_999, name]],
        ...(oldest === undefined
          ? []
          : [['INSERT INTO migration_programs (migration, oldest_program) VALUES (?, ?)', [name, oldest]] as [string, unknown[]]]),
      );
      const database = new Database(fresh.config);
      try {
        const connecting = database.connect({ makes });
        if (fault === undefined) await connecting;
        else await expect(connecting).rejects.toThrow(fault);
        if (fault !== undefined) await expect(database.connect({ makes })).rejects.toBeInstanceOf(StartFault);
      } finally {
        await database.close();
        await forget(fresh.config, name);
      }
    });
  });

  it.each([
    ['less than no stock', `UPDATE events SET available_tickets = -1`],
    ['more stock than tickets', `UPDATE events SET available_tickets = total_tickets + 1`],
    ['an unknown status', `UPDATE bookings SET status = 'paid'`],
    ['a booking of nothing', `UPDATE bookings SET quantity = 0`],
    ['an event without its organizer', `UPDATE events SET organizer_id = 'nobody'`],
    ['a user deleted under their booking', `DELETE FROM users`],
    ['an event deleted under its booking', `DELETE FROM events`],
    [
      'two accounts of one e-mail',
      `INSERT INTO users (id, name, email, password_hash, role, token_version, createdAt, updatedAt) SELECT 'v', name, email, password_hash, role, token_version, createdAt, updatedAt FROM users`,
    ],
  ])('the tables themselves refuse %s', async (_, sql) => {
    const database = new Database(fresh.config);
    await database.connect();
    const now = '2026-01-01 00:00:00.000';
    const rows = [
      `INSERT INTO users (id, name, email, password_hash, role, token_version, createdAt, updatedAt) VALUES ('u', 'U', 'u@b.co', 'x', 'user', 0, '${now}', '${now}')`,
      `INSERT INTO events (id, organizer_id, name, location, event_date, ticket_price_cents, total_tickets, available_tickets, stock_version, createdAt, updatedAt) VALUES ('e', 'u', 'E', 'L', '${now}', 0, 5, 4, 1, '${now}', '${now}')`,
      `INSERT INTO bookings (id, user_id, event_id, quantity, total_price_cents, status, booking_date) VALUES ('b', 'u', 'e', 1, 0, 'confirmed', '${now}')`,
    ];
    const attempt = database.transaction(async (manager) => {
      for (const row of rows) await manager.query(row);
      await manager.query(sql);
    });
    await expect(attempt).rejects.toThrow(/constraint|CONSTRAINT|Duplicate/);
    expect(await database.query('SELECT id FROM users')).toEqual([]);
    await database.close();
  });
});

it('SQLite’s tables become one tree each with every row, rule and index that they had, and back', async () => {
  const { config, drop } = await freshDatabase('sqlite');
  const [now, name] = ['2026-01-01 00:00:00.000', 'OneTreeATable1765000000000'];
  const told = async (database: Database) => ({
    tables: await database.query<{ name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_master WHERE tbl_name IN ('bookings', 'stock_movements') AND sql IS NOT NULL ORDER BY name`,
    ),
    bookings: await database.query('SELECT * FROM bookings ORDER BY id'),
    movements: await database.query('SELECT * FROM stock_movements ORDER BY stock_version'),
  });
  const database = new Database(config);
  await database.connect();
  const asOneTree = await told(database);
  await database.transaction(async ({ queryRunner }) => {
    if (queryRunner !== undefined) await new OneTreeATable1765000000000().down(queryRunner);
  });
  await forget(config, name);
  await database.transaction(async (manager) => {
    for (const row of [
      `INSERT INTO users (id, name, email, password_hash, role, token_version, createdAt, updatedAt) VALUES ('u', 'U', 'u@b.co', 'x', 'user', 0, '${now}', '${now}')`,
      `INSERT INTO events (id, organizer_id, name, location, event_date, ticket_price_cents, total_tickets, available_tickets, stock_version, createdAt, updatedAt) VALUES ('e', 'u', 'E', 'L', '${now}', 0, 5, 2, 3, '${now}', '${now}')`,
      ...['c', 'a', 'b'].map(
        (id) =>
          `INSERT INTO bookings (id, user_id, event_id, quantity, total_price_cents, status, booking_date) VALUES ('${id}', 'u', 'e', 1, 0, 'confirmed', '${now}')`,
      ),
      ...[3, 1, 2].map(
        (version) =>
          `INSERT INTO stock_movements (event_id, stock_version, booking_id, delta, available_after, reason, at) VALUES ('e', ${version}, 'b', -1, ${5 - version}, 'booked', '${now}')`,
      ),
    ])
      await manager.query(row);
  });
  const before = await told(database);
  await database.close();
  const renewed = new Database(config);
  await renewed.connect();
  const after = await told(renewed);
  expect([after.bookings, after.movements]).toEqual([before.bookings, before.movements]);
  expect(before.bookings).toHaveLength(3);
  expect(before.tables.map(({ sql }) => sql.includes('WITHOUT ROWID'))).not.toContain(true);
  expect(after.tables).toEqual(asOneTree.tables);
  expect(after.tables.map(({ name, sql }) => [name, sql.endsWith('WITHOUT ROWID')])).toEqual([
    ['bookings', true],
    ['idx_bookings_booking_date', false],
    ['idx_bookings_event_user', false],
    ['idx_bookings_user_id', false],
    ['stock_movements', true],
  ]);
  await expect(renewed.transaction((manager) => manager.query('DELETE FROM events'))).rejects.toThrow(/constraint/i);
  await renewed.close();
  await drop();
});

it.each(engines)('rows of an older program have version 1, before and after the column is added, on %s', async (engine) => {
  const { config, drop } = await freshDatabase(engine);
  const [now, name] = ['2026-01-01 00:00:00.000', new RowVersions1765300000000().name];
  const insertOf = (id: string) => [
    `INSERT INTO users (id, name, email, password_hash, role, token_version, createdAt, updatedAt) VALUES ('${id}', 'U', '${id}@b.co', 'x', 'user', 0, '${now}', '${now}')`,
    `INSERT INTO events (id, organizer_id, name, location, event_date, ticket_price_cents, total_tickets, available_tickets, stock_version, createdAt, updatedAt) VALUES ('${id}', '${id}', 'E', 'L', '${now}', 0, 5, 4, 1, '${now}', '${now}')`,
    `INSERT INTO bookings (id, user_id, event_id, quantity, total_price_cents, status, booking_date) VALUES ('${id}', '${id}', '${id}', 1, 0, 'confirmed', '${now}')`,
  ];
  const opened = async (run: (database: Database) => Promise<unknown>) => {
    const database = new Database(config);
    await database.connect();
    await run(database);
    await database.close();
    await forget(config, name); // so that the next one runs the migration again
  };
  const insert = (database: Database, id: string) =>
    database.transaction(async (manager) => {
      for (const row of insertOf(id)) await manager.query(row);
    });
  await opened((database) => database.transaction(async ({ queryRunner }) => queryRunner && new RowVersions1765300000000().down(queryRunner)));
  await opened(async (database) => {
    await database.transaction(async ({ queryRunner }) => queryRunner && new RowVersions1765300000000().down(queryRunner));
    await insert(database, 'before');
  });
  await opened((database) => insert(database, 'after'));
  // The column is there already now, as after a migration that failed half-way.
  await opened(async (database) => {
    for (const table of ['users', 'events', 'bookings'])
      expect(await database.query(`SELECT id, version FROM ${table} ORDER BY id`)).toEqual([
        { id: 'after', version: 1 },
        { id: 'before', version: 1 },
      ]);
  });
  await drop();
});

it.each(engines)('users of an older program are found by their words once the migration has run, on %s', async (engine) => {
  const { config, drop } = await freshDatabase(engine);
  const now = '2026-01-01 00:00:00.000';
  const older = new Database(config);
  await older.connect();
  await older.transaction(async ({ queryRunner }) => queryRunner && new ListsOfUsers1765500000000().down(queryRunner));
  await older.transaction((manager) =>
    manager.query(
      `INSERT INTO users (id, name, email, password_hash, role, token_version, createdAt, updatedAt) VALUES ('u', 'Élodie B', 'u@mail.co', 'x', 'user', 0, '${now}', '${now}')`,
    ),
  );
  await older.close();
  await forget(config, new ListsOfUsers1765500000000().name);
  const database = new Database(config);
  await database.connect();
  const words = await database.query<{ word: string }>('SELECT word FROM user_words ORDER BY word');
  expect(words.map(({ word }) => word)).toEqual(['b', 'co', 'elodie', 'mail', 'u']);
  await database.close();
  await drop();
});
