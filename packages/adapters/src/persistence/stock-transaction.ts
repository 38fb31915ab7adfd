import type { Booking, Clock, SellingPolicy } from '@ticket/domain';
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

/**
 * The answer to a decision on a booking whose event was not locked, because the look-up of the event gave a wrong result. Nothing was
 * decided. The decision must be queued again for this event.
 */
export interface Rerouted {
  readonly eventId: string;
}

/** What a sales transaction needs. */
export interface Sales {
  readonly database: Database;
  readonly clock: Clock;
  readonly policy: SellingPolicy;
  readonly measures: Measures;
}

/** The kind of a try: the first one, another one after a rollback, or one that finds out whether the last COMMIT was stored. */
type Try = 'first' | 'again' | 'in doubt';

/**
 * One batch of decisions and its transaction: begin, lock, decide, store, and again if a step fails.
 * docs/decisions/0037-what-a-batch-goes-through.md shows when decisions may join.
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

  /** Returns an outcome for each decision: first those of the batch, then those that joined. */
  async run(): Promise<readonly (Outcome | Rerouted)[]> {
    const { dialect } = this.#sales.database;
    try {
      return await this.#inTransaction();
    } catch (error) {
      // A user or an event may have been deleted after it was read. The decision runs again and then finds no row.
      if (this.#batch.length > 1 || dialect.errors.classify(error) !== 'referenced') throw error;
      return this.#inTransaction().catch((again: unknown) => {
        if (dialect.errors.classify(again) === 'referenced')
          throw new Error('these tables have foreign keys to users, and the owner has no row there', { cause: again });
        throw again;
      });
    }
  }

  /** `markedTransaction` runs the steps again after a deadlock or a lost connection, within a limited time. */
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
   * Decisions that arrive while the first try begins join it, because a larger batch costs less for each decision. No decision joins the
   * start of a repeated try, because it would share that try's conflict and its remaining time.
   */
  #begin(isInDoubt: boolean): void {
    this.#try = isInDoubt ? 'in doubt' : this.#tries === 0 ? 'first' : 'again';
    this.#tries += 1;
    if (this.#try === 'first') this.#batch.push(...this.#admitWaiting(() => true));
  }

  /**
   * Locks events, then bookings, each in the order of their ids. All transactions take locks in this order. Then it reads the actors'
   * current rows without a lock.
   */
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
    // These reads do not depend on each other. So an engine that pipelines statements needs one round trip for all three.
    const [actors, limits, idempotencyRecords] = await allSettled([
      // Actors' rows are not locked. Otherwise all transactions of one admin, or of one user, would wait for the same row.
      rowsAsTheyAre<ActorColumns>(dialect, manager, userSchema, ACTOR_COLUMNS, actorIds),
      limitsIn(dialect, manager, this.#batch, bookings, policy, now),
      readIdempotencyRecords(manager, this.#batch),
    ]);
    const actorsById = new Map(actors.map((row) => [row.id, toActor(row)]));
    return { rows: { events: events.map(toEvent), bookings, actors: actorsById, idempotencyRecords, ...limits }, now };
  }

  /**
   * Decisions on the locked events that arrived during the wait for the locks join the batch. With two servers on one event, most of the
   * time is such a wait. A batch that may already be stored accepts none, because it has stored only its own decisions.
   */
  #admitOf(locked: ReadonlySet<string>): void {
    if (this.#try === 'in doubt') return;
    this.#batch.push(...this.#admitWaiting(({ eventId }) => eventId !== undefined && locked.has(eventId)));
  }

  /** A booking that this batch makes is not among the rows. So decisions that already name it are routed by what the batch inserts. */
  #decide(rows: LockedRows, now: Date): { readonly outcomes: readonly (Outcome | Rerouted)[]; readonly writes: Writes } {
    const routes = routesOf(this.#batch, rows.bookings);
    const { outcomes, writes } = settle(
      this.#batch.filter((_, index) => routes[index] === undefined),
      rows,
      now,
    );
    const decided = outcomes.values();
    const answers = routes.map((route) => route ?? decided.next().value ?? notDecided());
    const lateRoutes = routesOf(this.#batch, writes.insertedBookings);
    return { outcomes: answers.map((answer, index) => lateRoutes[index] ?? answer), writes };
  }
}

function notDecided(): never {
  throw new Error('a decision of the batch has no outcome');
}

/**
 * For each decision whose booking belongs to another event than the locked one, the right event. The look-up of a booking's event runs
 * outside the transaction, so it may be wrong. If the booking is not found here either, it does not exist.
 */
function routesOf(batch: readonly StockDecision[], bookings: readonly Booking[]): readonly (Rerouted | undefined)[] {
  const events = new Map(bookings.map(({ id, eventId }) => [id, eventId]));
  return batch.map((decision) => {
    const eventId = decision.subject === 'booking' && decision.bookingId !== undefined ? events.get(decision.bookingId) : undefined;
    return eventId === undefined || eventId === decision.eventId ? undefined : { eventId };
  });
}
