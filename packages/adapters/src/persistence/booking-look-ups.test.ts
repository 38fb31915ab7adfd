import { anId, answerOf, rowsOf, times } from '@ticket/domain/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engines } from '../../../../tests/engines.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';

describe.each(engines)('the look-up of a booking’s event is a hint, %s', (engine) => {
  let opened: Awaited<ReturnType<typeof openContainer>>;
  beforeEach(async () => {
    opened = await openContainer(engine);
  });
  afterEach(() => opened.close());

  /** From now on every look-up finds this, however it is asked. */
  function lookUpsFind(rows: (ids: readonly unknown[]) => readonly object[]): void {
    const database = opened.container.get(TOKENS.database);
    const query = database.query.bind(database);
    database.query = async <Row>(...[sql, parameters = [], options]: Parameters<typeof query>) =>
      /^SELECT id, event_id FROM bookings/.test(sql) ? (rows(parameters) as Row[]) : query<Row>(sql, parameters, options);
  }

  it.each(['nothing', 'another event'])('where it finds %s, the booking is decided on under its own event’s lock', async (found) => {
    const rows = rowsOf(portsOf(opened.container));
    const [event, other] = [await rows.event({ totalTickets: 10 }), await rows.event({ totalTickets: 10 })];
    const booking = await rows.book(event, { userId: (await rows.user()).id, quantity: 3 });
    lookUpsFind((ids) => (found === 'nothing' ? [] : ids.map((id) => ({ id, event_id: other.id }))));
    expect((await rows.setStatus(booking, 'cancelled')).status).toBe('cancelled');
    expect([await rows.available(event), await rows.available(other)]).toEqual([10, 10]);
    expect((await rows.setStatus(booking, 'confirmed')).status).toBe('confirmed');
    expect(await rows.deleteBooking(booking)).toBeUndefined();
    expect([await rows.available(event), await rows.available(other)]).toEqual([10, 10]);
  });

  it('where it runs before the booking is made, the change finds the booking or none, and never fails', async () => {
    const rows = rowsOf(portsOf(opened.container));
    const [event, { id: userId }] = [await rows.event({ totalTickets: 100 }), await rows.user()];
    const told = new Set<string>();
    for (const id of times(10, anId)) {
      const [made, ...changes] = await Promise.all([
        answerOf(rows.book(event, { userId, id })),
        ...times(3, () => answerOf(rows.setStatus({ id }, 'pending'))),
        answerOf(rows.deleteBooking({ id })),
      ]);
      expect(made).toBe('done');
      for (const answer of changes) told.add(answer);
    }
    expect([...told].filter((answer) => answer !== 'done' && answer !== 'not_found')).toEqual([]);
  });

  it('where it finds a booking that is gone, there is none', async () => {
    const rows = rowsOf(portsOf(opened.container));
    const event = await rows.event();
    lookUpsFind((ids) => ids.map((id) => ({ id, event_id: event.id })));
    await expect(rows.setStatus({ id: anId() }, 'cancelled')).rejects.toMatchObject({ code: 'not_found' });
  });
});
