import type { Attempt, Booking, BookingNow, BookingRepository } from '@ticket/domain';
import type { Database } from './database.ts';
import { answerOf, type StockQueue } from './stock-transaction.ts';

export class TypeOrmBookingRepository implements BookingRepository {
  readonly #database: Database;
  readonly #queue: StockQueue;
  constructor(database: Database, queue: StockQueue) {
    this.#database = database;
    this.#queue = queue;
  }

  async change<Result extends Booking | undefined>(id: string, { actor }: Attempt, decide: (now: BookingNow) => Result): Promise<Result> {
    // The event is locked before its booking. Which event it is never changes, so it may be read before the transaction.
    const [row] = await this.#database.query<{ event_id: string }>('SELECT event_id FROM bookings WHERE id = ?', [id]);
    const eventId = row?.event_id;
    return answerOf(await this.#queue.submit(eventId ?? id, { subject: 'booking', eventId, bookingId: id, actor, decide }));
  }
}
