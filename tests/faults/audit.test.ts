import { beforeAll, describe, expect, it } from 'vitest';
import { BoxOffice } from './box-office.ts';
import { enginesHere, privateStore } from './private-server.ts';
import { audit, type Store, startServer } from './programs.ts';
import { query } from './reckoning.ts';

describe.each(enginesHere)('F30 reconciliation on %s: the audit', (engine) => {
  let store: Store;
  let office: BoxOffice;
  beforeAll(async () => {
    store = await privateStore(engine);
    const server = await startServer(store);
    office = await BoxOffice.open(server.url, [100, 100]);
    for (const { id: eventId } of office.sales) expect((await office.order({ eventId, quantity: 5 })).status).toBe(201);
    await server.stop();
  });

  it.each([
    [
      'a ticket too few in stock',
      'UPDATE events SET available_tickets = available_tickets - 1',
      'UPDATE events SET available_tickets = available_tickets + 1',
    ],
    ['a booking that holds more than was sold', 'UPDATE bookings SET quantity = quantity + 1', 'UPDATE bookings SET quantity = quantity - 1'],
    ['a cancellation that gave nothing back', `UPDATE bookings SET status = 'cancelled'`, `UPDATE bookings SET status = 'confirmed'`],
    ['a ledger that moved otherwise', 'UPDATE stock_movements SET delta = delta - 1', 'UPDATE stock_movements SET delta = delta + 1'],
  ])('names the event of %s, and repairs nothing', async (_, corrupt, restore) => {
    const [spoilt, sound] = office.sales;
    const where = (sql: string) => `${sql} WHERE ${sql.startsWith('UPDATE events') ? 'id' : 'event_id'} = '${spoilt?.id}'`;
    await query(store, where(corrupt));
    for (const { code, output } of [await audit(store), await audit(store)]) {
      expect(code).toBe(1);
      expect(output).toContain(spoilt?.id);
      expect(output).not.toContain(sound?.id);
    }
    await query(store, where(restore));
    expect((await audit(store)).code).toBe(0);
  });
});
