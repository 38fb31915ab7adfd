import { rowsOf, times } from '@ticket/domain/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';

/** On SQLite alone, which tells how it will find rows, and which nobody else is served beside. */
let store: Awaited<ReturnType<typeof openContainer>>;
beforeAll(async () => {
  store = await openContainer('sqlite');
});
afterAll(() => store.close());

it.each(['events', 'bookings', 'bookings of one user', 'users'])(
  'the rows of %s before an offset are passed by in an index, unread',
  async (list) => {
    const database = store.container.get(TOKENS.database);
    const ports = portsOf(store.container);
    const { eventQueries, bookingQueries, userQueries } = ports;
    const rows = rowsOf(ports);
    const { id: userId } = await rows.user({ role: 'admin' });
    const event = await rows.event({ organizerId: userId });
    await Promise.all(times(3, () => rows.book(event, { userId })));
    const query = database.query.bind(database);
    const plan: string[] = [];
    database.query = async <Row>(sql: string, parameters?: readonly unknown[]) => {
      for (const { detail } of await query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, parameters)) plan.push(detail);
      return query<Row>(sql, parameters);
    };
    try {
      const page = { offset: 1, limit: 1 };
      if (list === 'events') await eventQueries.list(page);
      else if (list === 'users') await userQueries.list(page);
      else await bookingQueries.list({ ...page, ...(list === 'bookings' ? {} : { userId }) });
    } finally {
      database.query = query;
    }
    // Whole tables and ranges are walked in an index that has all that is asked; the rest is looked up by its key.
    const walks = plan.filter((step) => /^(SCAN|SEARCH)/.test(step) && !/^SCAN part$|\(id=\?\)/.test(step));
    expect(walks).toEqual([expect.stringContaining('USING COVERING INDEX')]);
  },
);
