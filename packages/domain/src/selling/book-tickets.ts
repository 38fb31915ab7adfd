import { type Actor, person } from '../requests/actor.ts';
import { acceptAfterRights, judgedBy, requireToken } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import type { Answer } from '../requests/idempotency.ts';
import { type Input, refuse } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import { type Booking, newBooking } from '../stock/booking.ts';
import { refusePast, refuseTooMany } from './policy.ts';
import type { Ports } from './ports.ts';

/** `UseCases.bookTickets` says what it does and refuses. */
export function bookTickets({ events, users, clock, newId, policy }: Ports) {
  return async (context: RequestContext, input: Input<{ readonly eventId: string; readonly quantity: number }>): Promise<Answer<Booking>> => {
    const id = newId();
    const now = clock();
    requireToken({ users }, policy.rights.book_tickets, context);
    const { eventId, quantity } = await acceptAfterRights({ users }, context, policy.rights.book_tickets, input);
    const mayBook = (actor: Actor) => authorize(policy.rights.book_tickets, actor);
    return events.reserveTickets(eventId, judgedBy('book_tickets', mayBook, context), ({ actor, event, heldByOwner }) => {
      mayBook(actor);
      const sold = event ?? refuse('not_found', { entity: 'event', id: eventId });
      refusePast(policy, sold, now);
      const booking = newBooking(sold, { id, userId: person(actor).id, quantity, now });
      refuseTooMany(policy, { quantity, heldByOwner });
      return booking;
    });
  };
}
