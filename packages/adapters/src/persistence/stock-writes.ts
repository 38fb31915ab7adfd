import type { Booking } from '@ticket/domain';
import type { Writes } from '@ticket/domain/spi';
import type { EntityManager } from 'typeorm';
import type { Change, Dialect } from './dialects/dialect.ts';
import { idempotencyRecordInserts } from './idempotency-records.ts';
import { BOOKING_COLUMNS } from './rows.ts';
import { eventSchema } from './schemas.ts';
import { placesFor, StaleRow, type Statement } from './statement.ts';
import { countReplacements } from './typeorm-rate-limit-store.ts';
import { EVENT_WORDS, eventRowOf, wordWrites } from './word-tables.ts';
import { deletesOf, insertInto } from './writing.ts';

/** Writes new and edited events through TypeORM. Returns the statements for all other writes. */
export async function store(
  dialect: Dialect,
  manager: EntityManager,
  writes: Writes,
): Promise<{ readonly hasWritten: boolean; readonly unsent: readonly Statement[] }> {
  const {
    insertedEvents,
    changedEvents,
    deletedEvents,
    insertedBookings,
    changedBookings,
    deletedBookings,
    movements,
    changeCounts,
    idempotencyRecords,
  } = writes;
  if (insertedEvents.length > 0) await insertInto(manager, eventSchema, insertedEvents.map(eventRowOf));
  for (const { before, after, edited } of changedEvents) {
    if (!edited) continue;
    const { affected } = await manager.update(eventSchema, { id: before.id, stockVersion: before.stockVersion }, eventRowOf(after));
    if (affected !== 1) throw new StaleRow('the event that was locked has another version');
  }
  return {
    hasWritten: Object.values(writes).some((rows) => rows.length > 0),
    unsent: [
      ...wordWrites(
        dialect,
        EVENT_WORDS,
        insertedEvents,
        changedEvents.filter(({ edited }) => edited),
      ),
      ...stockMoves(
        dialect,
        changedEvents.filter(({ edited }) => !edited),
      ),
      ...dialect.insertMany(
        'bookings',
        BOOKING_COLUMNS,
        insertedBookings.map(({ id, userId, eventId, quantity, totalPriceCents, status, bookingDate, version }) => [
          ...[id, userId, eventId, quantity, totalPriceCents, status, bookingDate, version],
        ]),
      ),
      ...changedBookings.map(({ id, status, version }) => ({
        sql: 'UPDATE bookings SET status = ?, version = ? WHERE id = ?',
        parameters: [status, version, id],
        rows: 1,
      })),
      ...deletesOf('bookings', 'id', idsOf(deletedBookings)),
      ...deletesOf('bookings', 'event_id', idsOf(deletedEvents)),
      ...deletesOf('events', 'id', idsOf(deletedEvents)),
      ...dialect.insertMany(
        'stock_movements',
        ['event_id', 'stock_version', 'booking_id', 'delta', 'available_after', 'reason', 'at'],
        movements.map(({ eventId, stockVersion, bookingId, delta, availableAfter, reason, at }) => [
          ...[eventId, stockVersion, bookingId, delta, availableAfter, reason, at],
        ]),
      ),
      ...countReplacements(dialect, changeCounts),
      ...idempotencyRecordInserts(dialect, idempotencyRecords),
    ],
  };
}

/**
 * Checked when a try is repeated: the earlier try may have failed because an id is taken. Such an id stays taken, so without this check the
 * whole batch would be tried until its time is up. After this error the batch is halved, so that only the decision with that id fails.
 */
export async function requireNewIds(manager: EntityManager, bookings: readonly Booking[]): Promise<void> {
  if (bookings.length === 0) return;
  const taken: { readonly id: string }[] = await manager.query(
    `SELECT id FROM bookings WHERE id IN (${placesFor(bookings)}) LIMIT 1`,
    idsOf(bookings),
  );
  if (taken.length > 0) throw new Error('broken promise: a new booking has an id of its own');
}

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);

type ChangedEvent = Writes['changedEvents'][number];
const STOCK: Change<ChangedEvent> = {
  id: ({ before }) => before.id,
  set: [
    ['available_tickets', ({ after }) => after.availableTickets],
    ['stock_version', ({ after }) => after.stockVersion],
  ],
  guard: ['stock_version', ({ before }) => before.stockVersion],
};

/** One statement moves the stock of all events of the batch, because each further statement costs more than a further row. */
const stockMoves = (dialect: Dialect, changed: readonly ChangedEvent[]): Statement[] =>
  changed.length === 0 ? [] : [dialect.updateMany('events', changed, STOCK)];
