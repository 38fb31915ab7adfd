import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, freshDatabase } from '../../../../../tests/engines.ts';
import { Database } from '../database.ts';
import { openMySql } from '../mysql.ts';
import { openSqlite } from '../sqlite.ts';

describe.each(engines)('migrations on %s', (engine) => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  const opened: DataSource[] = [];
  beforeAll(async () => {
    fresh = await freshDatabase(engine);
  });
  afterAll(async () => {
    for (const source of opened) await source.destroy();
    await fresh.drop();
  });

  it('come up together when several processes start on an empty database', async () => {
    const databases = Array.from({ length: 4 }, () => new Database(fresh.config));
    await Promise.all(databases.map((database) => database.connect()));
    for (const database of databases) expect(await database.query('SELECT COUNT(*) AS total FROM users')).toHaveLength(1);
    for (const database of databases) await database.close();
  });

  it('make the very tables that the schemas describe', async () => {
    const source = fresh.config.engine === 'mysql' ? await openMySql(fresh.config) : (await openSqlite(fresh.config.folder)).writer;
    opened.push(source);
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it.each([
    ['less than no stock', `UPDATE events SET available_tickets = -1`],
    ['more stock than tickets', `UPDATE events SET available_tickets = total_tickets + 1`],
    ['an unknown status', `UPDATE bookings SET status = 'paid'`],
    ['a booking of nothing', `UPDATE bookings SET quantity = 0`],
    ['an event without its organizer', `UPDATE events SET organizer_id = 'nobody'`],
    ['a user deleted under his booking', `DELETE FROM users`],
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
