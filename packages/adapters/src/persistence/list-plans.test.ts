import type { BookingFilter, EventFilter } from '@ticket/domain';
import type { UserFilter } from '@ticket/domain/accounts';
import { rowsOf } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, engines } from '../../../../tests/engines.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';
import { WALKED_ROWS } from './list-statements.ts';

const ROWS = 100_000;
const SLICE = 20_000;

/** Numbers from 1 to `ROWS`, as a table `numbers` with the column n. */
const NUMBERS: Readonly<Record<Engine, string>> = {
  sqlite: `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${ROWS})`,
  mysql: '',
  postgres: `WITH numbers AS (SELECT n FROM generate_series(1, ${ROWS}) AS n)`,
};
const FROM: Readonly<Record<Engine, string>> = { sqlite: 'numbers', mysql: `seq_1_to_${ROWS}`, postgres: 'numbers' };
const N: Readonly<Record<Engine, string>> = { sqlite: 'n', mysql: 'seq', postgres: 'n' };
const text = (engine: Engine, prefix: string) =>
  engine === 'mysql'
    ? `CONCAT('${prefix}', LPAD(seq, 6, '0'))`
    : `'${prefix}' || ${engine === 'sqlite' ? "printf('%06d', n)" : "lpad(n::text, 6, '0')"}`;
const DAY: Readonly<Record<Engine, string>> = {
  sqlite: "strftime('%Y-%m-%d 12:00:00.000', '2031-01-01', '+' || (n % 1000) || ' days')",
  mysql: "TIMESTAMP('2031-01-01 12:00:00') + INTERVAL (seq % 1000) DAY",
  postgres: "timestamptz '2031-01-01 12:00:00Z' + (n % 1000) * interval '1 day'",
};

const day = (number: number) => new Date(Date.UTC(2031, 0, number, 12));
const PAGE = { offset: 0, limit: 20 };
const AFTER = { at: day(400), id: 'x' };

const EVENT_LISTS: readonly [title: string, filter: EventFilter & { after?: { at: Date | number | string; id: string } }, index: string][] = [
  ['all', {}, 'idx_events_event_date'],
  ['behind a row', { after: AFTER }, 'idx_events_event_date'],
  ['from and to', { from: day(10), to: day(20) }, 'idx_events_event_date'],
  ['available', { isAvailable: true }, 'idx_events_available'],
  ['available, from and to, behind a row', { isAvailable: true, from: day(10), to: day(800), after: AFTER }, 'idx_events_available'],
  ['by name', { order: 'name' }, 'idx_events_name_key'],
  ['by name behind a row', { order: 'name', after: { at: 'event 050000', id: 'x' } }, 'idx_events_name_key'],
  ['by price', { order: 'ticketPrice' }, 'idx_events_ticket_price'],
  ['by price behind a row', { order: 'ticketPrice', after: { at: 500, id: 'x' } }, 'idx_events_ticket_price'],
  ['edited since', { modifiedSince: day(10) }, 'idx_events_updated_at'],
  ['a rare word', { words: ['w050000'] }, 'idx_event_words_word'],
  ['rare words', { words: ['w0500', 'kons'], from: day(2) }, 'idx_event_words_word'],
  ['a common word', { words: ['konser'] }, 'idx_events_event_date'],
  ['common words behind a row', { words: ['konser', 'w0'], after: AFTER }, 'idx_events_event_date'],
];
const BOOKING_LISTS: readonly [title: string, filter: BookingFilter, index: string][] = [
  ['all', {}, 'idx_bookings_booking_date'],
  ['from and to', { from: day(10), to: day(20) }, 'idx_bookings_booking_date'],
  ['of a status', { status: 'cancelled' }, 'idx_bookings_booking_date'],
  ['of a user', { userId: 'user 000007' }, 'idx_bookings_user_id'],
  ['of a user, from and to', { userId: 'user 000007', from: day(10), to: day(20) }, 'idx_bookings_user_id'],
  ['of a user and a status', { userId: 'user 000007', status: 'cancelled' }, 'idx_bookings_user_id'],
  ['of a user and an event', { userId: 'user 000007', eventId: 'event 000007' }, 'idx_bookings_user_id'],
  ['of an event', { eventId: 'event 000007' }, 'PRIMARY'],
  ['of an event and a status, from', { eventId: 'event 000007', status: 'cancelled', from: day(3) }, 'PRIMARY'],
];
const USER_LISTS: readonly [title: string, filter: UserFilter & { after?: { at: Date; id: string } }, index: string][] = [
  ['all', {}, 'idx_users_created_at'],
  ['of a role', { role: 'user' }, 'idx_users_role_created_at'],
  ['of a role behind a row', { role: 'user', after: AFTER }, 'idx_users_role_created_at'],
  ['edited since', { modifiedSince: day(10) }, 'idx_users_updated_at'],
  ['edited since, behind a row', { modifiedSince: day(10), after: AFTER }, 'idx_users_updated_at'],
  ['a rare word', { words: ['w050000'] }, 'idx_user_words_word'],
  ['rare words and a role', { words: ['w0500', 'exam'], role: 'user' }, 'idx_user_words_word'],
  ['a common word', { words: ['example'] }, 'idx_users_created_at'],
  ['common words behind a row', { words: ['example', 'w0'], after: AFTER }, 'idx_users_created_at'],
  ['a common word and a role', { words: ['example'], role: 'user' }, 'idx_users_role_created_at'],
];

describe.each(engines)(`among ${ROWS} rows on %s`, (engine) => {
  let store: Awaited<ReturnType<typeof openContainer>>;
  beforeAll(async () => {
    store = await openContainer(engine);
    const { id: organizer } = await rowsOf(portsOf(store.container)).user({ role: 'admin' });
    const [numbers, from, n] = [NUMBERS[engine], FROM[engine], N[engine]];
    const id = text(engine, 'event ');
    const database = store.container.get(TOKENS.database);
    /** In slices, because no statement may take as long as all rows would. */
    const fill = async (insert: string, columns: string) => {
      for (let start = 0; start < ROWS; start += SLICE) {
        const select = `SELECT ${columns} FROM ${from} WHERE ${n} > ${start} AND ${n} <= ${start + SLICE}`;
        await database.transaction((manager) => manager.query(`${numbers} INSERT INTO ${insert} ${select}`));
      }
    };
    const user = text(engine, 'user ');
    await fill(
      'users (id, name, email, password_hash, role, token_version, createdAt, updatedAt)',
      `${user}, ${user}, ${user}, 'x', CASE WHEN ${n} % 100 = 0 THEN 'admin' ELSE 'user' END, 0, ${DAY[engine]}, ${DAY[engine]}`,
    );
    for (const word of ["'example'", text(engine, 'w')]) await fill('user_words (user_id, word)', `${user}, ${word}`);
    await fill(
      'events (id, organizer_id, name, name_key, location, event_date, ticket_price_cents, total_tickets, available_tickets, stock_version, createdAt, updatedAt)',
      `${id}, '${organizer}', ${id}, ${id}, 'L', ${DAY[engine]}, ${n} % 1000, 9, CASE WHEN ${n} % 2 = 0 THEN 9 ELSE 0 END, 1, ${DAY[engine]}, ${DAY[engine]}`,
    );
    for (const word of ["'konser'", text(engine, 'w')]) await fill('event_words (event_id, word)', `${id}, ${word}`);
    await fill(
      'bookings (id, user_id, event_id, quantity, total_price_cents, status, booking_date)',
      `${text(engine, 'booking ')}, '${organizer}', 'event 000007', 1, 1, 'confirmed', ${DAY[engine]}`,
    );
    await fill(
      'stock_movements (event_id, stock_version, booking_id, delta, available_after, reason, at)',
      `'event 000007', ${n}, ${text(engine, 'booking ')}, -1, 1, 'booked', ${DAY[engine]}`,
    );
    await database.transaction(async (manager) => {
      if (engine === 'mysql') await manager.query('ANALYZE TABLE users, user_words, events, event_words, bookings, stock_movements');
      else await manager.query('ANALYZE');
    });
  }, 120_000);
  afterAll(() => store.close());

  /** The plans of the statements that a read sends, as text. */
  async function plansOf(read: () => Promise<unknown>): Promise<string[]> {
    const database = store.container.get(TOKENS.database);
    const query = database.query.bind(database);
    const plans: string[] = [];
    const explain = engine === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    database.query = async <Row>(sql: string, parameters?: readonly unknown[]) => {
      const steps = await query<Record<string, unknown>>(`${explain} ${sql}`, parameters);
      plans.push(
        steps
          .map((step) =>
            engine === 'mysql' ? `${step['table']} ${step['type']} ${step['key']} ${step['Extra']}` : String(step['detail'] ?? step['QUERY PLAN']),
          )
          .join('\n'),
      );
      return query<Row>(sql, parameters);
    };
    try {
      await read();
    } finally {
      database.query = query;
    }
    return plans;
  }

  /** A whole table that is read: by SQLite `SCAN events`, by MySQL the type ALL, by PostgreSQL a Seq Scan. */
  const WHOLE = {
    sqlite: /SCAN (?:users|user_words|events|bookings|event_words|stock_movements)(?! USING)/,
    mysql: /(?:users|user_words|events|bookings|event_words|stock_movements) ALL/,
    postgres: /Seq Scan on (?:users|user_words|events|bookings|event_words|stock_movements)/,
  };
  const indexIn = {
    sqlite: (index: string) => (index === 'PRIMARY' ? 'PRIMARY KEY (event_id=?' : index),
    mysql: (index: string) => index,
    postgres: (index: string) => (index === 'PRIMARY' ? 'stock_movements_pkey' : index),
  };

  // It comes first: on SQLite a statement that was explained leaves its connection at an old snapshot.
  it('a walk neither repeats nor skips a booking when others are written between its statements', async () => {
    const database = store.container.get(TOKENS.database);
    const run = (sql: string, parameters: unknown[] = []) => database.transaction((manager) => manager.query(sql, parameters));
    // Around the 5000th booking, where the first walk ends.
    const cancelled = [49, 50].flatMap((tens) =>
      Array.from({ length: 100 }, (_, index) => `booking ${String(index * 1000 + 999 - tens).padStart(6, '0')}`),
    );
    const places = cancelled.map(() => '?').join(', ');
    await run(`UPDATE bookings SET status = 'cancelled' WHERE id IN (${places})`, cancelled);
    const query = database.query.bind(database);
    let writes = 0;
    database.query = async <Row>(sql: string, parameters?: readonly unknown[]) => {
      const rows = await query<Row>(sql, parameters);
      writes += 1;
      const columns = 'id, user_id, event_id, quantity, total_price_cents, status, booking_date';
      const date = database.dialect.date(day(2000 + writes));
      await run(`INSERT INTO bookings (${columns}) SELECT ?, user_id, event_id, 1, 1, 'confirmed', ? FROM bookings WHERE id = 'booking 000001'`, [
        `new ${writes}`,
        date,
      ]);
      if (writes % 3 === 0) await run('DELETE FROM bookings WHERE id = ?', [`booking ${String(100_000 - writes * 1000 + 999).padStart(6, '0')}`]);
      return rows;
    };
    const walk = async (limit: number): Promise<string[]> => {
      const seen: string[] = [];
      for (let after: { at: Date | number | string; id: string } | undefined, isMore = true; isMore; ) {
        const part = await portsOf(store.container).bookingQueries.list({ offset: 0, limit, status: 'cancelled', after });
        seen.push(...part.rows.map(({ id }) => id));
        after = part.end;
        isMore = part.isMore;
      }
      return seen.toSorted();
    };
    try {
      for (const limit of [150, 1000]) expect(await walk(limit)).toEqual(cancelled.toSorted());
    } finally {
      database.query = query;
      await run(`UPDATE bookings SET status = 'confirmed' WHERE id IN (${places})`, cancelled);
    }
  });

  it.each(EVENT_LISTS)('events %s are found by an index', async (_, filter, index) => {
    const { eventQueries } = portsOf(store.container);
    for (const reversed of [undefined, true]) {
      const plans = await plansOf(() => eventQueries.list({ ...PAGE, ...filter, reversed }));
      expect(plans.join('\n'), JSON.stringify(filter)).toContain(indexIn[engine](index));
      for (const plan of plans) expect(plan).not.toMatch(WHOLE[engine]);
    }
  });

  it.each(BOOKING_LISTS)('bookings %s are found by an index', async (_, filter, index) => {
    const { bookingQueries } = portsOf(store.container);
    for (const reversed of [undefined, true]) {
      const plans = await plansOf(() => bookingQueries.list({ ...PAGE, ...filter, reversed }));
      expect(plans.join('\n'), JSON.stringify(filter)).toContain(indexIn[engine](index));
      for (const plan of plans) expect(plan).not.toMatch(WHOLE[engine]);
    }
  });

  it.each(USER_LISTS)('users %s are found by an index', async (_, filter, index) => {
    const { userQueries } = portsOf(store.container);
    for (const reversed of [undefined, true]) {
      const plans = await plansOf(() => userQueries.list({ ...PAGE, ...filter, reversed }));
      expect(plans.join('\n'), JSON.stringify(filter)).toContain(indexIn[engine](index));
      for (const plan of plans) expect(plan).not.toMatch(WHOLE[engine]);
    }
  });

  it('the users of a role are counted by an index', async () => {
    const plans = await plansOf(() => portsOf(store.container).userQueries.count({ role: 'admin' }));
    expect(plans.join('\n')).toContain(indexIn[engine]('idx_users_role_created_at'));
  });

  it('a search for words that are common but not together looks at a bounded number of events, and goes on', async () => {
    const { eventQueries } = portsOf(store.container);
    const seen: string[] = [];
    let parts = 0;
    for (let after: { at: Date | number | string; id: string } | undefined, isMore = true; isMore; parts++) {
      const part = await eventQueries.list({ ...PAGE, after, words: ['konser', 'w09'], from: day(995) });
      seen.push(...part.rows.map(({ id }) => id));
      after = part.end;
      isMore = part.isMore;
    }
    expect(seen).toHaveLength((ROWS / 10 / 1000) * 6);
    expect(new Set(seen).size).toBe(seen.length);
    expect(parts).toBeGreaterThan(1);
    const { rows, isMore, end } = await portsOf(store.container).bookingQueries.list({ ...PAGE, status: 'cancelled' });
    expect([rows, isMore, end?.id]).toEqual([[], true, expect.any(String)]);
    expect(ROWS).toBeGreaterThan(WALKED_ROWS);
  });
});
