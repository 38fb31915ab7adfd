import type { Answer, Booking, Clock, Event, SellingPolicy } from '@ticket/domain';
import { type LockedRows, type Outcome, rowNeededBy, type StockDecision, settle } from '@ticket/domain/spi';
import type { EntityManager } from 'typeorm';
import type { Measures } from '../measures.ts';
import { BatchQueue, QUEUE_LIMITS } from './batch-queue.ts';
import type { Database } from './database.ts';
import type { Dialect } from './dialects/dialect.ts';
import { readIdempotencyRecords } from './idempotency-records.ts';
import { inIdOrder, lockRows, rowsAsTheyAre } from './locking.ts';
import {
  ACTOR_COLUMNS,
  type ActorColumns,
  BOOKING_COLUMNS,
  type BookingColumns,
  EVENT_COLUMNS,
  type EventColumns,
  toActor,
  toBooking,
  toEvent,
} from './rows.ts';
import { bookingSchema, eventSchema, userSchema } from './schemas.ts';
import { gather } from './shared-reads.ts';
import { requireNewIds, store } from './stock-writes.ts';
import { limitsIn } from './user-limits.ts';

export type StockQueue = BatchQueue<StockDecision, Outcome | Rerouted>;

/** A decision on a booking of an event that was not locked for it: where the booking was looked up, it was missing yet. Nothing was decided. */
export interface Rerouted {
  readonly eventId: string;
}
export const isRerouted = (answer: Outcome | Rerouted): answer is Rerouted => 'eventId' in answer;

/** Every write to an event or a booking goes through this queue, renames too: so arrival order is kept per event. */
export function createStockQueue(database: Database, clock: Clock, policy: SellingPolicy, measures: Measures): StockQueue {
  const { dialect } = database;
  const { lanes, batchMs } = dialect.capabilities;
  const queue: StockQueue = new BatchQueue({
    lanes,
    ...QUEUE_LIMITS,
    ...(batchMs === undefined ? {} : { gather, batchMs }),
    commit: async (asked, more) => {
      const batch = [...asked];
      let isFirstTry = true;
      const run = () =>
        database.markedTransaction<readonly (Outcome | Rerouted)[]>(async (manager, { isInDoubt }) => {
          // Decisions that arrive while the transaction begins join it: the larger a batch, the less each pays of it. They do not join one
          // that is run again, since they would share its trouble and what is left of its time.
          if (isFirstTry) batch.push(...more(() => true));
          const isTriedAgain = !isFirstTry;
          isFirstTry = false;
          // A batch that may be stored already accepts nobody: its outcomes are those of its own decisions.
          const rows = await lock(dialect, manager, batch, isInDoubt ? () => [] : more, measures);
          const now = clock();
          const limits = await limitsIn(dialect, manager, batch, rows, policy, now);
          const routes = routesOf(batch, rows);
          const { outcomes, writes } = settle(
            batch.filter((_, index) => routes[index] === undefined),
            { ...rows, ...limits },
            now,
          );
          if (isTriedAgain) await requireNewIds(manager, writes.insertedBookings);
          const decided = outcomes.values();
          return { result: routes.map((route) => route ?? decided.next().value ?? notDecided()), ...(await store(dialect, manager, writes)) };
        }, 'sales');
      try {
        return await run();
      } catch (error) {
        // Where a row lock holds on one node of a cluster alone, a user or an event may go after it was read: decided anew, it is gone.
        if (batch.length === 1 && dialect.errors.classify(error) === 'referenced') return run();
        throw error;
      }
    },
    onBatch: measures.stockBatch,
  });
  database.letSalesGoFirst(() => queue.waiting > 0);
  measures.watch('stock_queue', () => queue.waiting);
  return queue;
}

/** What the decision returned, as it was stored, or what it threw. */
export function unwrap<Result extends Event | Booking | undefined>(outcome: Outcome | Rerouted): Answer<Result> {
  if (isRerouted(outcome)) throw new Error('only a decision on a booking goes to another event');
  if (!outcome.done) throw outcome.error;
  const { value, replayed } = outcome;
  return { value: value as Result, replayed }; // settle() answers a decision with the kind of row that the decision returned
}

function notDecided(): never {
  throw new Error('a decision of the batch has no outcome');
}

/**
 * Where to decide instead, for each decision on a booking of another event than the one that was locked for it. The look-up of a booking's
 * event reads outside the transaction, so it is a hint. A booking that is not here either does not exist.
 */
function routesOf(batch: readonly StockDecision[], { bookings }: LockedRows): readonly (Rerouted | undefined)[] {
  const events = new Map(bookings.map(({ id, eventId }) => [id, eventId]));
  return batch.map((decision) => {
    const eventId = decision.subject === 'booking' && decision.bookingId !== undefined ? events.get(decision.bookingId) : undefined;
    return eventId === undefined || eventId === decision.eventId ? undefined : { eventId };
  });
}

/** Locks are taken in one order everywhere: events, then bookings, each by id. Rights are read from users' rows as they are then. */
async function lock(
  dialect: Dialect,
  manager: EntityManager,
  batch: StockDecision[],
  more: (isWelcome: (decision: StockDecision) => boolean) => readonly StockDecision[],
  { lockWait }: Measures,
): Promise<LockedRows> {
  const eventIds = inIdOrder(batch.map(({ eventId }) => eventId));
  const asked = performance.now();
  const events = await lockRows<EventColumns>(dialect, manager, eventSchema, EVENT_COLUMNS, eventIds).finally(() =>
    lockWait(performance.now() - asked),
  );
  // Who came for these events while the lock was waited for shares it: with two servers on one event that is most of the time.
  const locked = new Set(eventIds);
  batch.push(...more(({ eventId }) => eventId !== undefined && locked.has(eventId)));
  const actorIds = inIdOrder(batch.map(({ actor }) => rowNeededBy(actor)));
  const bookingIds = inIdOrder(batch.map((decision) => (decision.subject === 'booking' ? decision.bookingId : undefined)));
  // Without a lock: the row of a popular admin would collect those of all who change their events, and that of a user those of all they book.
  const actors = await rowsAsTheyAre<ActorColumns>(dialect, manager, userSchema, ACTOR_COLUMNS, actorIds);
  const bookings = await lockRows<BookingColumns>(dialect, manager, bookingSchema, BOOKING_COLUMNS, bookingIds);
  return {
    events: events.map(toEvent),
    bookings: bookings.map(toBooking),
    actors: new Map(actors.map((row) => [row.id, toActor(row)])),
    idempotencyRecords: await readIdempotencyRecords(manager, batch),
  };
}
