import type { Attempt, Booking, Event, EventRepository } from '@ticket/domain';
import type { BookingNow, EventNow } from '@ticket/domain/spi';
import { answerOf, type StockQueue } from './stock-transaction.ts';

export class TypeOrmEventRepository implements EventRepository {
  readonly #queue: StockQueue;
  constructor(queue: StockQueue) {
    this.#queue = queue;
  }

  async reserveTickets(eventId: string, attempt: Attempt, decide: (now: BookingNow) => Booking): Promise<Booking> {
    return answerOf(await this.#queue.submit(eventId, { subject: 'booking', eventId, bookingId: undefined, ...attempt, decide }), attempt);
  }

  async change<Result extends Event | undefined>(id: string, attempt: Attempt, decide: (now: EventNow) => Result): Promise<Result> {
    return answerOf(await this.#queue.submit(id, { subject: 'event', eventId: id, ...attempt, decide }), attempt);
  }
}
