import type { Answer, Booking, Event, EventRepository } from '@ticket/domain';
import type { BookingNow, EventNow, JudgedAttempt } from '@ticket/domain/spi';
import { type StockQueue, unwrap } from './stock-transaction.ts';

export class TypeOrmEventRepository implements EventRepository {
  readonly #queue: StockQueue;
  constructor(queue: StockQueue) {
    this.#queue = queue;
  }

  async reserveTickets(eventId: string, attempt: JudgedAttempt, decide: (now: BookingNow) => Booking): Promise<Answer<Booking>> {
    return unwrap(await this.#queue.submit(eventId, { subject: 'booking', eventId, bookingId: undefined, ...attempt, decide }));
  }

  async change<Result extends Event | undefined>(id: string, attempt: JudgedAttempt, decide: (now: EventNow) => Result): Promise<Answer<Result>> {
    return unwrap(await this.#queue.submit(id, { subject: 'event', eventId: id, ...attempt, decide }));
  }
}
