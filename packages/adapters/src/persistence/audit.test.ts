import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Difference } from '@ticket/domain';
import { OPERATOR, rowsOf } from '@ticket/domain/testing';
import Libsql from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, freshDatabase } from '../../../../tests/engines.ts';
import { neighbourOf } from '../../../../tests/neighbour.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';
import { StartFault } from '../start-fault.ts';
import { Database } from './database.ts';
import type { DatabaseConfig } from './dialects/config.ts';

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
    ['ledger_is_available', 'ledger_lines_follow_each_other', 'bookings_have_their_movements'],
  ],
  [
    'a ledger line numbered 0',
    'UPDATE stock_movements SET stock_version = 0 WHERE stock_version = 1 AND event_id = ?',
    ['versions_have_no_gap', 'ledger_lines_follow_each_other'],
  ],
  [
    'a ledger line that tells of another stock',
    'UPDATE stock_movements SET available_after = available_after + 1 WHERE stock_version = 2 AND event_id = ?',
    ['ledger_lines_follow_each_other'],
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

  it('finds bookings of which neither the event nor a ledger is left', async () => {
    const { container, database } = opened;
    const rows = rowsOf(portsOf(container));
    const [event, { id: userId }] = [await rows.event({ totalTickets: 10, availableTickets: 10 }), await rows.user()];
    const { id: bookingId } = await rows.book(event, { userId, quantity: 3 });
    await unchecked(database, [`DELETE FROM stock_movements WHERE event_id = '${event.id}'`, `DELETE FROM events WHERE id = '${event.id}'`]);
    const found: Difference[] = [];
    for await (const { differences } of container.get(TOKENS.useCases).auditStock(OPERATOR)) found.push(...differences);
    expect(found.filter(({ eventId }) => eventId === event.id)).toEqual([
      { eventId: event.id, rule: 'held_and_available_are_total', expected: 0, found: 3 },
      { eventId: event.id, rule: 'bookings_have_their_movements', expected: 0, found: 1, bookingId },
    ]);
  });
});

describe.each(engines)('who only looks, on %s,', (engine) => {
  const lookAt = (config: DatabaseConfig) => new Database(config).connect({ makes: false });

  it('is told that it is the wrong database, and makes none', async () => {
    const { config, drop } = await freshDatabase(engine);
    const elsewhere = config.engine === 'sqlite' ? { ...config, folder: join(config.folder, 'typo') } : { ...config, database: 'ticket_typo' };
    await expect(lookAt(elsewhere)).rejects.toThrow(/Check DATA_DIR|"ticket_typo" at .* is missing/);
    await expect(lookAt(elsewhere)).rejects.toThrow(StartFault);
    if (elsewhere.engine === 'sqlite') expect(existsSync(elsewhere.folder)).toBe(false);
    await drop();
  });

  it('is told of tables that are missing or older, and makes none', async () => {
    const { config, drop } = await freshDatabase(engine);
    if (config.engine === 'sqlite') new Libsql(join(config.folder, 'tickets.sqlite')).exec('CREATE TABLE other (id int)');
    await expect(lookAt(config)).rejects.toThrow(/no tables at .*, or older ones/);
    await expect(lookAt(config)).rejects.toThrow(StartFault);
    await drop();
  });
});

/** Statements as by somebody who has switched the database's own checks off. */
async function unchecked(config: DatabaseConfig, statements: readonly string[]): Promise<void> {
  if (config.engine === 'sqlite') {
    const database = new Libsql(join(config.folder, 'tickets.sqlite'));
    for (const statement of ['PRAGMA foreign_keys = OFF', ...statements]) database.exec(statement);
    database.close();
    return;
  }
  const neighbour = await neighbourOf(config);
  const off = config.engine === 'mysql' ? 'SET foreign_key_checks = 0' : 'SET session_replication_role = replica';
  for (const statement of [off, ...statements]) await neighbour.query(statement);
  await neighbour.end();
}
