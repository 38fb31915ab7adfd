import type { Booking, BookingRepository } from '@ticket/domain';
import type { BookingState, RepositoryContext } from '@ticket/domain/spi';
import { BatchQueue, QUEUE_LIMITS } from './batch-queue.ts';
import type { Database } from './database.ts';
import { isRerouted, type StockQueue, unwrap } from './stock-queue.ts';

export class TypeOrmBookingRepository implements BookingRepository {
  readonly #queue: StockQueue;
  /** Look-ups run in one lane, so that changes of one booking reach the stock queue in arrival order. */
  readonly #lookUps: BatchQueue<string, EventOf>;

  constructor(database: Database, queue: StockQueue) {
    this.#queue = queue;
    this.#lookUps = new BatchQueue({ ...QUEUE_LIMITS, lanes: 1, commit: (ids) => eventsOf(database, ids) });
  }

  async change<Result extends Booking | undefined>(
    id: string,
    { actor }: Pick<RepositoryContext, 'actor'>,
    decide: (now: BookingState) => Result,
  ): Promise<Result> {
    // The booking's event must be locked first, so it is looked up here, without a lock. The result may be wrong. The transaction then reads the
    // booking's row and answers `Rerouted`.
    let { eventId } = await this.#lookUps.submit(id, id);
    for (;;) {
      const outcome = await this.#queue.submit(eventId ?? id, { subject: 'booking', eventId, bookingId: id, actor, decide });
      if (!isRerouted(outcome)) return unwrap<Result>(outcome).value;
      eventId = outcome.eventId;
    }
  }
}

/** The event of a booking; undefined when the booking is not visible. */
interface EventOf {
  readonly eventId: string | undefined;
}

async function eventsOf(database: Database, bookingIds: readonly string[]): Promise<readonly EventOf[]> {
  const events = new Map<string, string>();
  for (const freshness of ['plain', 'latest'] as const) {
    const unknown = bookingIds.filter((id) => !events.has(id));
    if (unknown.length === 0) break;
    const rows = await database.query<{ id: string; event_id: string }>(
      `SELECT id, event_id FROM bookings WHERE id IN (${unknown.map(() => '?').join(', ')})`,
      unknown,
      { freshness },
    );
    for (const { id, event_id } of rows) events.set(id, event_id);
  }
  return bookingIds.map((id) => ({ eventId: events.get(id) }));
}
