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
  ])('a part of %s behind a key begins there in its index', async (list, index) => {
    const database = store.container.get(TOKENS.database);
    const ports = portsOf(store.container);
    const { eventQueries, bookingQueries, userQueries } = ports;
    const rows = rowsOf(ports);
    const { id: userId, createdAt } = await rows.user({ role: 'admin' });
    const event = await rows.event({ organizerId: userId, totalTickets: 400 });
    const bookings = await Promise.all(times(400, () => rows.book(event, { userId })));
    const plans: { readonly table: string; readonly type: string; readonly key: string; readonly Extra: string }[] = [];
    const query = database.query.bind(database);
    database.query = async <Row>(sql: string, parameters?: readonly unknown[]) => {
      plans.push(...(await query<(typeof plans)[number]>(`EXPLAIN ${sql}`, parameters)));
      return query<Row>(sql, parameters);
    };
    const behind = (at: Date, id: string) => ({ after: { at, id }, offset: 0, limit: 10 });
    try {
      const booking = bookings[200];
      if (list === 'events') await eventQueries.list(behind(event.eventDate, event.id));
      else if (list === 'users') await userQueries.list(behind(createdAt, userId));
      else if (booking !== undefined) {
        await bookingQueries.list({ ...behind(booking.bookingDate, booking.id), ...(list === 'bookings' ? {} : { userId }) });
      }
    } finally {
      database.query = query;
    }
    const walk = plans.find(({ table }) => table === list.split(' ')[0]);
    expect([walk?.type, walk?.key, walk?.Extra.includes('filesort')]).toEqual(['range', index, false]);
  });
});
