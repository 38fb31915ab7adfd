import type { Answer, Booking, Event, EventRepository } from '@ticket/domain';
import type { BookingState, EventState, RepositoryContext } from '@ticket/domain/spi';
import { type StockQueue, unwrap } from './stock-transaction.ts';

export class TypeOrmEventRepository implements EventRepository {
  readonly #queue: StockQueue;
  constructor(queue: StockQueue) {
    this.#queue = queue;
  }

  async reserveTickets(eventId: string, context: RepositoryContext, decide: (now: BookingState) => Booking): Promise<Answer<Booking>> {
    return unwrap(await this.#queue.submit(eventId, { subject: 'booking', eventId, bookingId: undefined, ...context, decide }));
  }

  async change<Result extends Event | undefined>(
    id: string,
    context: RepositoryContext,
    decide: (now: EventState) => Result,
  ): Promise<Answer<Result>> {
    return unwrap(await this.#queue.submit(id, { subject: 'event', eventId: id, ...context, decide }));
  }
}
