import type { Clock, SellingPolicy } from '@ticket/domain';
import { type LockedRows, type Outcome, rowNeededBy, type StockDecision, settle, type Writes } from '@ticket/domain/spi';
import type { EntityManager } from 'typeorm';
import type { Measures } from '../measures.ts';
import type { AdmitWaiting } from './batch-queue.ts';
import type { Database } from './database.ts';
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
import { allSettled } from './statement.ts';
import { requireNewIds, store } from './stock-writes.ts';
import { limitsIn } from './user-limits.ts';

/** A decision on a booking of an event that was not locked for it: where the booking was looked up, it was missing yet. Nothing was decided. */
export interface Rerouted {
  readonly eventId: string;
}

/** The tools of a sales transaction. */
export interface Sales {
  readonly database: Database;
  readonly clock: Clock;
  readonly policy: SellingPolicy;
  readonly measures: Measures;
}

/** Whether a batch is tried for the first time, again after a rollback, or to find out whether its last COMMIT was stored. */
type Try = 'first' | 'again' | 'in doubt';

/**
 * One batch of decisions on its way through the database: begin, lock, decide, store, and again where that fails. Who may still join, and
 * when, is drawn in docs/decisions/0037-what-a-batch-goes-through.md.
 */
export class StockTransaction {
  readonly #sales: Sales;
  readonly #batch: StockDecision[];
  readonly #admitWaiting: AdmitWaiting<StockDecision>;
  #tries = 0;
  #try: Try = 'first';

  constructor(sales: Sales, batch: readonly StockDecision[], admitWaiting: AdmitWaiting<StockDecision>) {
    this.#sales = sales;
    this.#batch = [...batch];
    this.#admitWaiting = admitWaiting;
  }

  /** An outcome for each decision: those of the batch, then those that joined. */
  async run(): Promise<readonly (Outcome | Rerouted)[]> {
    const { dialect } = this.#sales.database;
    try {
      return await this.#inTransaction();
    } catch (error) {
      // A user or an event may go after it was read: decided anew, it is gone.
      if (this.#batch.length > 1 || dialect.errors.classify(error) !== 'referenced') throw error;
      return this.#inTransaction().catch((again: unknown) => {
        if (dialect.errors.classify(again) === 'referenced')
          throw new Error('these tables have foreign keys to users, and the owner has no row there', { cause: again });
        throw again;
      });
    }
  }

  /** The database runs it again after a deadlock or a lost connection, within a bounded time. */
  #inTransaction(): Promise<readonly (Outcome | Rerouted)[]> {
    return this.#sales.database.markedTransaction<readonly (Outcome | Rerouted)[]>(async (manager, { isInDoubt }) => {
      this.#begin(isInDoubt);
      const { rows, now } = await this.#read(manager);
      const { outcomes, writes } = this.#decide(rows, now);
      if (this.#try !== 'first') await requireNewIds(manager, writes.insertedBookings);
      const { dialect } = this.#sales.database;
      return { result: outcomes, ...(await store(dialect, manager, writes)) };
    }, 'sales');
  }

  /**
   * Decisions that arrive while the first transaction begins join it: the larger a batch, the less each pays of it. They do not join one that
   * is run again, since they would share its trouble and what is left of its time.
   */
  #begin(isInDoubt: boolean): void {
    this.#try = isInDoubt ? 'in doubt' : this.#tries === 0 ? 'first' : 'again';
    this.#tries += 1;
    if (this.#try === 'first') this.#batch.push(...this.#admitWaiting(() => true));
  }

  /** Locks are taken in one order everywhere: events, then bookings, each by id. Rights are read from users' rows as they are then. */
  async #read(manager: EntityManager): Promise<{ readonly rows: LockedRows; readonly now: Date }> {
    const { database, clock, policy, measures } = this.#sales;
    const { dialect } = database;
    const eventIds = inIdOrder(this.#batch.map(({ eventId }) => eventId));
    const asked = performance.now();
    const events = await lockRows<EventColumns>(dialect, manager, eventSchema, EVENT_COLUMNS, eventIds).finally(() =>
      measures.lockWait(performance.now() - asked),
    );
    this.#admitOf(new Set(eventIds));
    const actorIds = inIdOrder(this.#batch.map(({ actor }) => rowNeededBy(actor)));
    const bookingIds = inIdOrder(this.#batch.map((decision) => (decision.subject === 'booking' ? decision.bookingId : undefined)));
    const bookings = (await lockRows<BookingColumns>(dialect, manager, bookingSchema, BOOKING_COLUMNS, bookingIds)).map(toBooking);
    const now = clock();
    // None of these waits for another's answer, so an engine that takes statements without waiting needs one trip for all.
    const [actors, limits, idempotencyRecords] = await allSettled([
      // Without a lock: the row of a popular admin would collect those of all who change their events, and that of a user those of all they book.
      rowsAsTheyAre<ActorColumns>(dialect, manager, userSchema, ACTOR_COLUMNS, actorIds),
      limitsIn(dialect, manager, this.#batch, bookings, policy, now),
      readIdempotencyRecords(manager, this.#batch),
    ]);
    const actorsById = new Map(actors.map((row) => [row.id, toActor(row)]));
    return { rows: { events: events.map(toEvent), bookings, actors: actorsById, idempotencyRecords, ...limits }, now };
  }

  /**
   * Decisions on these events that arrived while the lock was waited for share it: with two servers on one event that is most of the time. A
   * batch that may be stored already accepts none, since its outcomes are those of its own decisions.
   */
  #admitOf(locked: ReadonlySet<string>): void {
    if (this.#try === 'in doubt') return;
    this.#batch.push(...this.#admitWaiting(({ eventId }) => eventId !== undefined && locked.has(eventId)));
  }

  #decide(rows: LockedRows, now: Date): { readonly outcomes: readonly (Outcome | Rerouted)[]; readonly writes: Writes } {
    const routes = routesOf(this.#batch, rows);
    const { outcomes, writes } = settle(
      this.#batch.filter((_, index) => routes[index] === undefined),
      rows,
      now,
    );
    const decided = outcomes.values();
    return { outcomes: routes.map((route) => route ?? decided.next().value ?? notDecided()), writes };
  }
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
