import type { Booking } from '@ticket/domain';
import type { Writes } from '@ticket/domain/spi';
import type { EntityManager } from 'typeorm';
import { keptAnswerInserts } from './kept-answers.ts';
import { BOOKING_COLUMNS } from './rows.ts';
import { eventSchema } from './schemas.ts';
import { countReplacements } from './typeorm-rate-counts.ts';
import { deletesOf, insertsOf, StaleRow, type Statement } from './writing.ts';

/** Writes what TypeORM has to put into words, and gives the statements for the rest. */
export async function store(
  manager: EntityManager,
  writes: Writes,
): Promise<{ readonly hasWritten: boolean; readonly unsent: readonly Statement[] }> {
  const { insertedEvents, changedEvents, deletedEvents, insertedBookings, changedBookings, deletedBookings, movements, changeCounts, keptAnswers } =
    writes;
  if (insertedEvents.length > 0) await manager.insert(eventSchema, [...insertedEvents]);
  for (const { before, after, edited } of changedEvents) {
    if (!edited) continue;
    const { affected } = await manager.update(eventSchema, { id: before.id, stockVersion: before.stockVersion }, after);
    if (affected !== 1) throw new StaleRow('the event that was locked has another version');
  }
  return {
    hasWritten: Object.values(writes).some((rows) => rows.length > 0),
    unsent: [
      ...stockMoves(changedEvents.filter(({ edited }) => !edited)),
      ...insertsOf(
        manager,
        'bookings',
        BOOKING_COLUMNS,
        insertedBookings.map(({ id, userId, eventId, quantity, totalPriceCents, status, bookingDate }) => [
          ...[id, userId, eventId, quantity, totalPriceCents, status, bookingDate],
        ]),
      ),
      ...changedBookings.map(({ id, status }) => ({ sql: 'UPDATE bookings SET status = ? WHERE id = ?', parameters: [status, id], rows: 1 })),
      ...deletesOf('bookings', 'id', idsOf(deletedBookings)),
      ...deletesOf('bookings', 'event_id', idsOf(deletedEvents)),
      ...deletesOf('events', 'id', idsOf(deletedEvents)),
      ...insertsOf(
        manager,
        'stock_movements',
        ['event_id', 'stock_version', 'booking_id', 'delta', 'available_after', 'reason', 'at'],
        movements.map(({ eventId, stockVersion, bookingId, delta, availableAfter, reason, at }) => [
          ...[eventId, stockVersion, bookingId, delta, availableAfter, reason, at],
        ]),
      ),
      ...countReplacements(manager, changeCounts),
      ...keptAnswerInserts(manager, keptAnswers),
    ],
  };
}

/**
 * Looked at when a try is run again: it may have found a key taken, and an id that is taken stays so. Without this the whole batch would be tried
 * until its time is up. The error halves it, so that the one decision that gave the id is told alone.
 */
export async function requireNewIds(manager: EntityManager, bookings: readonly Booking[]): Promise<void> {
  if (bookings.length === 0) return;
  const taken: { readonly id: string }[] = await manager.query(
    `SELECT id FROM bookings WHERE id IN (${bookings.map(() => '?').join(', ')}) LIMIT 1`,
    idsOf(bookings),
  );
  if (taken.length > 0) throw new Error('broken promise: a new booking has an id of its own');
}

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);

/** One statement for all events of the batch: their number, not their rows, would set the pace. */
function stockMoves(changed: Writes['changedEvents']): Statement[] {
  if (changed.length === 0) return [];
  const cases = changed.map(() => 'WHEN ? THEN ?').join(' ');
  const values = (pick: (change: (typeof changed)[number]) => number) => changed.flatMap((change) => [change.before.id, pick(change)]);
  const sql = `UPDATE events SET available_tickets = CASE id ${cases} END, stock_version = CASE id ${cases} END
    WHERE id IN (${changed.map(() => '?').join(', ')}) AND stock_version = CASE id ${cases} END`;
  const parameters = [
    ...values(({ after }) => after.availableTickets),
    ...values(({ after }) => after.stockVersion),
    ...changed.map(({ before }) => before.id),
    ...values(({ before }) => before.stockVersion),
  ];
  return [{ sql, parameters, rows: changed.length }];
}
