import { OPERATOR, rowsOf } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../../../tests/engines.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';

/** What somebody can do to the rows behind the program's back, and what the audit says to it. */
const DAMAGE: readonly [what: string, sql: string, rules: readonly string[]][] = [
  [
    'a ticket lost',
    'UPDATE events SET available_tickets = available_tickets - 1 WHERE id = ?',
    ['held_and_available_are_total', 'ledger_is_available'],
  ],
  [
    'a booking made larger',
    'UPDATE bookings SET quantity = quantity + 1 WHERE event_id = ?',
    ['held_and_available_are_total', 'bookings_have_their_movements'],
  ],
  [
    'a booking cancelled by hand',
    `UPDATE bookings SET status = 'cancelled' WHERE event_id = ?`,
    ['held_and_available_are_total', 'bookings_have_their_movements'],
  ],
  ['a booking deleted by hand', 'DELETE FROM bookings WHERE event_id = ?', ['held_and_available_are_total', 'bookings_have_their_movements']],
  [
    'a ledger line gone',
    'DELETE FROM stock_movements WHERE stock_version = 2 AND event_id = ?',
    ['ledger_is_available', 'versions_have_no_gap', 'bookings_have_their_movements'],
  ],
  [
    'a ledger line changed',
    'UPDATE stock_movements SET delta = delta - 1 WHERE stock_version = 2 AND event_id = ?',
    ['ledger_is_available', 'bookings_have_their_movements'],
  ],
  ['a version counted twice', 'UPDATE events SET stock_version = stock_version + 1 WHERE id = ?', ['versions_have_no_gap']],
];

describe.each(engines)('the audit on %s', (engine) => {
  let opened: Awaited<ReturnType<typeof openContainer>>;
  beforeAll(async () => {
    opened = await openContainer(engine);
  });
  afterAll(() => opened.close());

  it.each(DAMAGE)('finds %s, in that event and in no other', async (_, sql, rules) => {
    const { container } = opened;
    const rows = rowsOf(portsOf(container));
    const [event, other] = [await rows.event({ totalTickets: 10, availableTickets: 10 }), await rows.event()];
    const { id: userId } = await rows.user();
    await rows.book(event, { userId, quantity: 3 });
    await rows.book(other, { userId });
    const { auditStock } = container.get(TOKENS.useCases);
    const auditOf = async (eventId: string): Promise<string[]> => {
      const broken = new Set<string>();
      for await (const { differences } of auditStock(OPERATOR, { eventId })) for (const { rule } of differences) broken.add(rule);
      return [...broken];
    };
    expect(await auditOf(event.id)).toEqual([]);
    await container.get(TOKENS.database).transaction((manager) => manager.query(sql, [event.id]));
    expect(await auditOf(event.id)).toEqual(rules);
    expect(await auditOf(other.id)).toEqual([]);
    const found = new Set<string>();
    for await (const { differences } of auditStock(OPERATOR)) for (const { eventId } of differences) found.add(eventId);
    expect([found.has(event.id), found.has(other.id)]).toEqual([true, false]);
  });
});
