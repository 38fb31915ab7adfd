import { rowsOf, times } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servers } from '../../../../tests/engines.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { stepsOf } from '../../../../tests/plans.ts';
import { TOKENS } from '../container.ts';
import type { Database } from './database.ts';

/** How a list's own table is found in. */
interface Walk {
  readonly table: string;
  readonly index: string;
  readonly begins: 'behind the key' | 'where the user’s begin' | 'at its end' | undefined;
  /** Its rows are passed by in the index. */
  readonly isUnread: boolean;
  readonly isSorted: boolean;
}
type Query = Database['query'];

const WALKS = {
  mysql: async (_: Database, query: Query, sql: string, parameters: readonly unknown[] = []): Promise<Walk[]> => {
    const steps = await query<{ table: string; type: string; key: string; Extra: string }>(`EXPLAIN ${sql}`, parameters);
    const BEGINS = { range: 'behind the key', ref: 'where the user’s begin', index: 'at its end' } as const;
    return steps.map(({ table, type, key, Extra }) => ({
      table,
      index: key,
      begins: BEGINS[type as keyof typeof BEGINS],
      isUnread: Extra.includes('Using index'),
      isSorted: Extra.includes('filesort'),
    }));
  },
  postgres: async (database: Database, _: Query, sql: string, parameters: readonly unknown[] = []): Promise<Walk[]> => {
    const steps = await stepsOf(database, sql, parameters);
    return steps.map((step) => {
      const condition = step['Index Cond'] ?? '';
      return {
        table: step['Relation Name'] ?? '',
        index: step['Index Name'] ?? '',
        begins: /ROW\(/.test(condition) ? 'behind the key' : condition.includes('user_id') ? 'where the user’s begin' : 'at its end',
        isUnread: step['Node Type'] === 'Index Only Scan',
        isSorted: steps.some(({ 'Node Type': type, 'Sort Key': key }) => type === 'Sort' && !key?.some((one) => one.includes('part_at'))),
      };
    });
  },
};

/** SQLite takes the right index by itself: deep-pages.test.ts. */
describe.each(servers)('on %s', (engine) => {
  let store: Awaited<ReturnType<typeof openContainer>>;
  beforeAll(async () => {
    store = await openContainer(engine);
  });
  afterAll(() => store.close());

  it.each([
    ['events', 'idx_events_event_date'],
    ['bookings', 'idx_bookings_booking_date'],
    ['bookings of one user', 'idx_bookings_user_id'],
    ['users', 'idx_users_created_at'],
  ])('a part of %s begins in its index: behind a key there, behind an offset unread', async (list, index) => {
    const database = store.container.get(TOKENS.database);
    const ports = portsOf(store.container);
    const { eventQueries, bookingQueries, userQueries } = ports;
    const rows = rowsOf(ports);
    const { id: userId, createdAt } = await rows.user({ role: 'admin' });
    const event = await rows.event({ organizerId: userId, totalTickets: 400 });
    const [booking] = (await Promise.all(times(400, () => rows.book(event, { userId })))).slice(200);
    let plan: Walk[] = [];
    const query = database.query.bind(database);
    database.query = async <Row>(sql: string, parameters?: readonly unknown[]) => {
      plan.push(...(await WALKS[engine](database, query, sql, parameters)));
      return query<Row>(sql, parameters);
    };
    /** How the list's own table is found in. */
    const walked = async (part: { readonly after?: { readonly at: Date; readonly id: string }; readonly offset: number }) => {
      plan = [];
      if (list === 'events') await eventQueries.list({ ...part, limit: 10 });
      else if (list === 'users') await userQueries.list({ ...part, limit: 10 });
      else await bookingQueries.list({ ...part, limit: 10, ...(list === 'bookings' ? {} : { userId }) });
      return plan.find(({ table, index: walkedIndex }) => table === list.split(' ')[0] && walkedIndex === index);
    };
    try {
      const places = { events: { at: event.eventDate, id: event.id }, users: { at: createdAt, id: userId } };
      const after = list === 'events' || list === 'users' ? places[list] : { at: booking?.bookingDate ?? new Date(0), id: booking?.id ?? '' };
      expect(await walked({ after, offset: 0 })).toMatchObject({ begins: 'behind the key', isSorted: false });
      expect(await walked({ offset: 100 })).toMatchObject({
        begins: list.endsWith('user') ? 'where the user’s begin' : 'at its end',
        isUnread: true,
        isSorted: false,
      });
    } finally {
      database.query = query;
    }
  });
});
