import { rowsOf, times } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../../../tests/engines.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';

/** SQLite takes the right index by itself: deep-pages.test.ts. */
describe.runIf(engines.includes('mysql'))('on MySQL', () => {
  let store: Awaited<ReturnType<typeof openContainer>>;
  beforeAll(async () => {
    store = await openContainer('mysql');
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
    interface Step {
      readonly table: string;
      readonly type: string;
      readonly key: string;
      readonly Extra: string;
    }
    let plan: Step[] = [];
    const query = database.query.bind(database);
    database.query = async <Row>(sql: string, parameters?: readonly unknown[]) => {
      plan.push(...(await query<Step>(`EXPLAIN ${sql}`, parameters)));
      return query<Row>(sql, parameters);
    };
    /** How the list's own table is found in. */
    const walked = async (part: { readonly after?: { readonly at: Date; readonly id: string }; readonly offset: number }) => {
      plan = [];
      if (list === 'events') await eventQueries.list({ ...part, limit: 10 });
      else if (list === 'users') await userQueries.list({ ...part, limit: 10 });
      else await bookingQueries.list({ ...part, limit: 10, ...(list === 'bookings' ? {} : { userId }) });
      const step = plan.find(({ table, key }) => table === list.split(' ')[0] && key === index);
      return { type: step?.type, unread: step?.Extra.includes('Using index'), sorted: step?.Extra.includes('filesort') };
    };
    try {
      const places = { events: { at: event.eventDate, id: event.id }, users: { at: createdAt, id: userId } };
      const after = list === 'events' || list === 'users' ? places[list] : { at: booking?.bookingDate ?? new Date(0), id: booking?.id ?? '' };
      expect(await walked({ after, offset: 0 })).toMatchObject({ type: 'range', sorted: false });
      expect(await walked({ offset: 100 })).toEqual({ type: list.endsWith('user') ? 'ref' : 'index', unread: true, sorted: false });
    } finally {
      database.query = query;
    }
  });
});
