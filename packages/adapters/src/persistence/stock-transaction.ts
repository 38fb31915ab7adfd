import {
  type Attempt,
  type Booking,
  type Clock,
  changesSubject,
  type Event,
  type LockedRows,
  madeWithin,
  type Outcome,
  type Policy,
  type StockDecision,
  settle,
  userIdOf,
  type Writes,
} from '@ticket/domain';
import type { EntityManager } from 'typeorm';
import type { Measures } from '../measures.ts';
import { BatchQueue, LANES, QUEUE_LIMITS } from './batch-queue.ts';
import type { Database } from './database.ts';
import { classify } from './database-errors.ts';
import { keptAnswerInserts, readKeptAnswers } from './kept-answers.ts';
import { filledUp, inIdOrder, lockRows } from './locking.ts';
import {
  ACTOR_COLUMNS,
  type ActorColumns,
  BOOKING_COLUMNS,
  type BookingColumns,
  EVENT_COLUMNS,
  type EventColumns,
  type Moment,
  toActor,
  toBooking,
  toDate,
  toEvent,
} from './rows.ts';
import { bookingSchema, eventSchema, userSchema } from './schemas.ts';
import { gather } from './shared-reads.ts';
import { countReplacements, hashOf } from './typeorm-rate-counts.ts';
import { deletesOf, insertsOf, momentText, StaleRow, type Statement } from './writing.ts';

/** SQLite works inside this process: as long as a batch takes, nobody else is served. */
const SQLITE_BATCH_MS = 8;

export type StockQueue = BatchQueue<StockDecision, Outcome | Rerouted>;

/** A decision on a booking of an event that was not locked for it: where the booking was looked up, it was missing yet. Nothing was decided. */
export interface Rerouted {
  readonly eventId: string;
}
export const isRerouted = (answer: Outcome | Rerouted): answer is Rerouted => 'eventId' in answer;

/** Every write to an event or a booking goes through this queue, renames too: so arrival order is kept per event. */
export function createStockQueue(database: Database, clock: Clock, policy: Policy, measures: Measures): StockQueue {
  const queue: StockQueue = new BatchQueue({
    lanes: LANES[database.engine],
    ...QUEUE_LIMITS,
    // SQLite answers in microtasks, but for COMMIT: without a pause nothing else would be read, and batches would stay at one.
    ...(database.engine === 'sqlite' ? { gather, batchMs: SQLITE_BATCH_MS } : {}),
    commit: async (asked, more) => {
      const batch = [...asked];
      let isFirstTry = true;
      const run = () =>
        database.markedTransaction<readonly (Outcome | Rerouted)[]>(async (manager, { isInDoubt }) => {
          // Decisions that arrive while the transaction begins join it: the larger a batch, the less each pays of it. They do not join one
          // that is run again, since they would share its trouble and what is left of its time.
          if (isFirstTry) batch.push(...more(() => true));
          isFirstTry = false;
          // A batch that may be stored already accepts nobody: its outcomes are those of its own decisions.
          const rows = await lock(manager, batch, isInDoubt ? () => [] : more, measures);
          const now = clock();
          const limits = await limitsIn(manager, batch, rows, policy, now);
          const routes = routesOf(batch, rows);
          const { outcomes, writes } = settle(
            batch.filter((_, index) => routes[index] === undefined),
            { ...rows, ...limits },
            now,
          );
          const decided = outcomes.values();
          return { result: routes.map((route) => route ?? decided.next().value ?? notDecided()), ...(await store(manager, writes)) };
        }, 'sales');
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
  database.letSalesGoFirst(() => queue.waiting > 0);
  measures.watch('stock_queue', () => queue.waiting);
  return queue;
}

/** What the decision returned, as it was stored, or what it threw. */
export function answerOf<Result extends Event | Booking | undefined>(outcome: Outcome | Rerouted, { key }: Attempt): Result {
  if (isRerouted(outcome)) throw new Error('only a decision on a booking goes to another event');
  if (!outcome.done) throw outcome.error;
  if (outcome.replayed) key?.onReplay();
  return outcome.value as Result; // settle() answers a decision with the kind of row that the decision returned
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
 * What the limits of a user are judged on: the tickets they hold of an event and the changes they made to their bookings of it, as far as the
 * policy limits them. Nobody moves either while the events' locks are held. One statement, by an index alone, so that it costs the same
 * however many bookings they cancelled before.
 */
async function limitsIn(
  manager: EntityManager,
  batch: readonly StockDecision[],
  { bookings }: LockedRows,
  { ticketsPerUserMax, bookingChangesPerHourMax: changesMax }: Policy,
  now: Date,
): Promise<Pick<LockedRows, 'holdings' | 'budget'>> {
  if (ticketsPerUserMax === undefined && changesMax === undefined) return { holdings: undefined, budget: undefined };
  const owners = ownersOf(batch, bookings);
  // Some are named twice where that saves SQLite a statement's text; the answer is the same.
  const named = manager.dataSource.options.type === 'better-sqlite3' && owners.length > 0 ? filledUp(owners) : owners;
  const asked: { readonly sql: string; readonly parameters: readonly string[] }[] = [];
  if (owners.length > 0 && ticketsPerUserMax !== undefined) asked.push(heldOf(manager, named));
  if (owners.length > 0 && changesMax !== undefined) asked.push(madeBy(manager, named, now), countsOf(named));
  const rows: LimitColumns[] =
    asked.length === 0
      ? []
      : await manager.query(
          asked.map(({ sql }) => sql).join(' UNION ALL '),
          asked.flatMap(({ parameters }) => parameters),
        );
  const facts = new Map(rows.map((row) => [[row.fact, row.subject, row.user_id].join(' '), row]));
  const holdings = owners.map(({ eventId, userId }) => ({ eventId, userId, tickets: Number(facts.get(`held ${eventId} ${userId}`)?.number ?? 0) }));
  const recentOf = ({ eventId, userId }: Owner) => {
    const subject = changesSubject({ eventId, userId });
    const [made, others] = [facts.get(`made ${eventId} ${userId}`), facts.get(`others ${hashOf(subject)} `)];
    return {
      ...{ eventId, userId, made: Number(made?.number ?? 0), firstMadeAt: made && toDate(made.moment) },
      others: others && { subject, count: Number(others.number), endsAt: toDate(others.moment) },
    };
  };
  return {
    holdings: ticketsPerUserMax === undefined ? undefined : holdings,
    budget: changesMax === undefined ? undefined : { changesMax, recent: owners.map(recentOf) },
  };
}

/** Whose limits a decision on a booking is judged by. */
interface Owner {
  readonly eventId: string;
  readonly userId: string;
}

interface LimitColumns {
  readonly fact: 'held' | 'made' | 'others';
  /** An event, or the hash that a count is kept by. */
  readonly subject: string;
  readonly user_id: string;
  readonly number: number | string;
  readonly moment: Moment;
}

function ownersOf(batch: readonly StockDecision[], bookings: readonly Booking[]): readonly Owner[] {
  const owner = new Map(bookings.map(({ id, userId }) => [id, userId]));
  const owners = new Map<string, Owner>();
  for (const decision of batch) {
    if (decision.subject === 'event' || decision.eventId === undefined) continue;
    const { eventId, bookingId, actor } = decision;
    const userId = (bookingId === undefined ? undefined : owner.get(bookingId)) ?? userIdOf(actor);
    if (userId !== undefined) owners.set(`${eventId} ${userId}`, { eventId, userId });
  }
  return [...owners.values()];
}

const heldOf = (manager: EntityManager, owners: readonly Owner[]) => {
  const { from, which, parameters } = bookingsOf(manager, owners);
  return {
    sql: `SELECT 'held' AS fact, event_id AS subject, user_id, SUM(quantity) AS number, NULL AS moment FROM ${from}
      WHERE ${which} AND status IN ('pending', 'confirmed') GROUP BY event_id, user_id`,
    parameters,
  };
};

const madeBy = (manager: EntityManager, owners: readonly Owner[], now: Date) => {
  const { from, which, parameters } = bookingsOf(manager, owners);
  const window = madeWithin(now);
  return {
    // Every status is named, so that the index is used up to the date.
    sql: `SELECT 'made' AS fact, event_id AS subject, user_id, COUNT(*) AS number, MIN(booking_date) AS moment FROM ${from}
      WHERE ${which} AND status IN ('pending', 'confirmed', 'cancelled') AND booking_date > ? AND booking_date <= ? GROUP BY event_id, user_id`,
    parameters: [...parameters, momentText(window.from), momentText(window.to)],
  };
};

const countsOf = (owners: readonly Owner[]) => ({
  sql: `SELECT 'others' AS fact, subject_hash AS subject, '' AS user_id, counted AS number, ends_at AS moment FROM rate_counts
    WHERE subject_hash IN (${owners.map(() => '?').join(', ')})`,
  parameters: owners.map((owner) => hashOf(changesSubject(owner))),
});

/**
 * Pairs of event and user as each engine finds them in the index: MariaDB does not for a list of pairs, SQLite not for an OR. Of one event, as
 * most batches are, both do.
 */
function bookingsOf(manager: EntityManager, owners: readonly Owner[]) {
  const sqlite = manager.dataSource.options.type === 'better-sqlite3';
  const eventIds = [...new Set(owners.map(({ eventId }) => eventId))];
  if (sqlite && eventIds.length > 1) {
    const which = `(event_id, user_id) IN (VALUES ${owners.map(() => '(?, ?)').join(', ')})`;
    return { from: 'bookings', which, parameters: owners.flatMap(({ eventId, userId }) => [eventId, userId]) };
  }
  const users = eventIds.map((eventId) => owners.filter((owner) => owner.eventId === eventId).map(({ userId }) => userId));
  return {
    from: sqlite ? 'bookings' : 'bookings FORCE INDEX (idx_bookings_event_user)',
    which: `(${users.map((ids) => `event_id = ? AND user_id IN (${ids.map(() => '?').join(', ')})`).join(' OR ')})`,
    parameters: users.flatMap((ids, at) => [eventIds[at] ?? '', ...ids]),
  };
}

/** Writes what TypeORM has to put into words, and gives the statements for the rest. */
async function store(manager: EntityManager, writes: Writes): Promise<{ readonly hasWritten: boolean; readonly unsent: readonly Statement[] }> {
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
