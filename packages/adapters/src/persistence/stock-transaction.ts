import {
  type Attempt,
  type Booking,
  type Clock,
  type Event,
  type Holding,
  type LockedRows,
  type Outcome,
  type Policy,
  type StockDecision,
  settle,
  Unavailable,
  userIdOf,
  type Writes,
} from '@ticket/domain';
import type { EntityManager } from 'typeorm';
import type { Measures } from '../measures.ts';
import { BatchQueue, QUEUE_LIMITS } from './batch-queue.ts';
import { type Database, StaleRow } from './database.ts';
import { classify } from './database-errors.ts';
import { readKeptAnswers, storeKeptAnswers } from './kept-answers.ts';
import { inIdOrder, lockRows } from './locking.ts';
import {
  ACTOR_COLUMNS,
  type ActorColumns,
  BOOKING_COLUMNS,
  type BookingColumns,
  EVENT_COLUMNS,
  type EventColumns,
  toActor,
  toBooking,
  toDate,
  toEvent,
} from './rows.ts';
import { bookingSchema, eventSchema, userSchema } from './schemas.ts';
import { gather } from './shared-reads.ts';
import { affectedRows, deleteRows, insertRows } from './writing.ts';

/** SQLite works inside this process: as long as a batch takes, nobody else is served. */
const SQLITE_BATCH_MS = 8;
/** Two transactions keep MariaDB busy while one waits for its commit; SQLite has one writer. */
const LANES = { mysql: 2, sqlite: 1 } as const;

export type StockQueue = BatchQueue<StockDecision, Outcome>;

/** Every write to an event or a booking goes through this queue, renames too: so arrival order is kept per event. */
export function createStockQueue(database: Database, clock: Clock, { ticketsPerUserMax }: Policy, measures: Measures): StockQueue {
  const queue = new BatchQueue<StockDecision, Outcome>({
    lanes: LANES[database.engine],
    ...QUEUE_LIMITS,
    // SQLite answers in microtasks, but for COMMIT: without a pause nothing else would be read, and batches would stay at one.
    ...(database.engine === 'sqlite' ? { gather, batchMs: SQLITE_BATCH_MS } : {}),
    commit: async (asked, more) => {
      const batch = [...asked];
      let tried: Settled | undefined;
      let isFirstTry = true;
      const run = () =>
        database.transaction(
          async (manager, { afterUnknown }) => {
            // Who came while the transaction was begun shares it: the larger a batch, the less each pays of it. Not one that is run
            // again, whose trouble would be his too, and what is left of its time.
            if (isFirstTry) batch.push(...more(() => true));
            isFirstTry = false;
            // Nobody joins what may be stored already: its outcomes are those of who was in it.
            const locked = await lock(manager, batch, afterUnknown ? () => [] : more, measures);
            const rows = ticketsPerUserMax === undefined ? locked : { ...locked, holdings: await holdingsIn(manager, locked) };
            // The lock was waited for, so the transaction that was left behind has ended, one way or the other.
            if (afterUnknown && tried !== undefined && (await wasStored(manager, tried.writes))) return tried.outcomes;
            tried = settle(batch, rows, clock());
            await store(manager, tried.writes);
            return tried.outcomes;
          },
          { resolvesUnknown: true },
        );
      try {
        return await run();
      } catch (error) {
        // Where a row lock holds on one node alone (Galera), a user or an event may go after it was read: decided anew, it is gone.
        if (batch.length === 1 && classify(error) === 'referenced') return run();
        throw error;
      }
    },
    onBatch: measures.stockBatch,
  });
  measures.watch('stock_queue', () => queue.waiting);
  return queue;
}

/** What the decision returned, as it was stored, or what it threw. */
export function answerOf<Result extends Event | Booking | undefined>(outcome: Outcome, { key }: Attempt): Result {
  if (!outcome.done) throw outcome.error;
  if (outcome.replayed) key?.onReplay();
  return outcome.value as Result; // settle() answers a decision with the kind of row that the decision returned
}

type Settled = ReturnType<typeof settle>;

/**
 * Whether what a lost COMMIT was to store is there: all of it or nothing is, so one row tells. A movement is known by its
 * place in the ledger and what moved. What moves no stock may be decided again with the same result, but for a deletion.
 */
async function wasStored(manager: EntityManager, { movements, deletedBookings, keptAnswers }: Writes): Promise<boolean> {
  const [movement] = movements;
  if (movement !== undefined) {
    const rows: { booking_id: string | null; delta: number; available_after: number; at: Date | string }[] = await manager.query(
      'SELECT booking_id, delta, available_after, at FROM stock_movements WHERE event_id = ? AND stock_version = ?',
      [movement.eventId, movement.stockVersion],
    );
    return rows.some(
      (row) =>
        row.booking_id === movement.bookingId &&
        row.delta === movement.delta &&
        row.available_after === movement.availableAfter &&
        toDate(row.at).getTime() === movement.at.getTime(),
    );
  }
  if (keptAnswers.length > 0 || deletedBookings.length > 0) throw new Unavailable('the answer to COMMIT was lost', { outcome: 'unknown' });
  return false;
}

/** Locks are taken in one order everywhere: events, users, bookings, each by id. */
async function lock(
  manager: EntityManager,
  batch: StockDecision[],
  more: (isWelcome: (decision: StockDecision) => boolean) => readonly StockDecision[],
  { lockWait }: Measures,
): Promise<LockedRows> {
  const eventIds = inIdOrder(batch.map(({ eventId }) => eventId));
  const asked = performance.now();
  const events = await lockRows<EventColumns>(manager, eventSchema, EVENT_COLUMNS, eventIds, 'pessimistic_write').finally(() =>
    lockWait(performance.now() - asked),
  );
  // Who came for these events while the lock was waited for shares it: with two servers on one event that is most of the time.
  const locked = new Set(eventIds);
  batch.push(...more(({ eventId }) => eventId !== undefined && locked.has(eventId)));
  const actorIds = inIdOrder(batch.map(({ actor }) => userIdOf(actor)));
  const bookingIds = inIdOrder(batch.map((decision) => (decision.subject === 'booking' ? decision.bookingId : undefined)));
  const actors = await lockRows<ActorColumns>(manager, userSchema, ACTOR_COLUMNS, actorIds, 'pessimistic_read');
  const bookings = await lockRows<BookingColumns>(manager, bookingSchema, BOOKING_COLUMNS, bookingIds, 'pessimistic_write');
  return {
    events: events.map(toEvent),
    bookings: bookings.map(toBooking),
    actors: new Map(actors.map((row) => [row.id, toActor(row)])),
    keptAnswers: await readKeptAnswers(manager, batch),
  };
}

/**
 * What the buyers and the bookings' owners hold of the locked events: nobody moves it while the locks are held. Found by user, of
 * whom a batch has few with few bookings each; the plus keeps SQLite from reading every booking of a hot event instead.
 */
async function holdingsIn(manager: EntityManager, { events, bookings, actors }: LockedRows): Promise<readonly Holding[]> {
  const eventIds = idsOf(events);
  const userIds = inIdOrder([...actors.keys(), ...bookings.map(({ userId }) => userId)]);
  if (eventIds.length === 0 || userIds.length === 0) return [];
  const rows: { event_id: string; user_id: string; tickets: number | string }[] = await manager.query(
    `SELECT event_id, user_id, SUM(quantity) AS tickets FROM bookings
      WHERE user_id IN (${userIds.map(() => '?').join(', ')}) AND +event_id IN (${eventIds.map(() => '?').join(', ')}) AND status <> 'cancelled'
      GROUP BY event_id, user_id`,
    [...userIds, ...eventIds],
  );
  return rows.map(({ event_id: eventId, user_id: userId, tickets }) => ({ eventId, userId, tickets: Number(tickets) }));
}

async function store(manager: EntityManager, writes: Writes): Promise<void> {
  const { insertedEvents, changedEvents, deletedEvents, insertedBookings, changedBookings, deletedBookings, movements, keptAnswers } = writes;
  if (insertedEvents.length > 0) await manager.insert(eventSchema, [...insertedEvents]);
  await moveStock(
    manager,
    changedEvents.filter(({ edited }) => !edited),
  );
  for (const { before, after, edited } of changedEvents) {
    if (!edited) continue;
    const { affected } = await manager.update(eventSchema, { id: before.id, stockVersion: before.stockVersion }, after);
    requireRows(affected, 1);
  }
  await insertRows(
    manager,
    'bookings',
    BOOKING_COLUMNS,
    insertedBookings.map(({ id, userId, eventId, quantity, totalPriceCents, status, bookingDate }) => [
      ...[id, userId, eventId, quantity, totalPriceCents, status, bookingDate],
    ]),
  );
  for (const { id, status } of changedBookings) requireRows((await manager.update(bookingSchema, { id }, { status })).affected, 1);
  await deleteRows(manager, 'bookings', 'id', idsOf(deletedBookings));
  await deleteRows(manager, 'bookings', 'event_id', idsOf(deletedEvents));
  await deleteRows(manager, 'events', 'id', idsOf(deletedEvents));
  await insertRows(
    manager,
    'stock_movements',
    ['event_id', 'stock_version', 'booking_id', 'delta', 'available_after', 'reason', 'at'],
    movements.map(({ eventId, stockVersion, bookingId, delta, availableAfter, reason, at }) => [
      ...[eventId, stockVersion, bookingId, delta, availableAfter, reason, at],
    ]),
  );
  await storeKeptAnswers(manager, keptAnswers);
}

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);

/** One statement for all events of the batch: their number, not their rows, would set the pace. */
async function moveStock(manager: EntityManager, changed: Writes['changedEvents']): Promise<void> {
  if (changed.length === 0) return;
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
  requireRows(await affectedRows(manager, sql, parameters), changed.length);
}

/** The lock promised these rows; a different count means that something wrote around it. */
function requireRows(affected: number | undefined, expected: number): void {
  if (affected !== expected) throw new StaleRow(`${affected} rows changed where ${expected} were locked`);
}
