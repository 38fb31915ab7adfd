import { allow, refusePast, refuseTooMany } from '../policy.ts';
import type { Ports } from '../ports.ts';
import { type Actor, person } from '../requests/actor.ts';
import type { Attempt } from '../requests/attempt.ts';
import { type Input, refuse } from '../requests/refusal.ts';
import { type Booking, newBooking } from '../stock/booking.ts';
import { acceptAfterRights, judgedBy, requireToken } from '../use-cases/asking.ts';

/** Books tickets for the actor: stock and booking change together, or neither does. Refuses `insufficient_tickets`, and more than the policy lets one have. */
export function bookTickets({ events, users, clock, newId, policy }: Ports) {
  return async (attempt: Attempt, input: Input<{ readonly eventId: string; readonly quantity: number }>): Promise<Booking> => {
    const id = newId();
    const now = clock();
    requireToken({ policy }, attempt, 'book_tickets');
    const { eventId, quantity } = await acceptAfterRights({ users, policy }, attempt, 'book_tickets', input);
    const mayBook = (actor: Actor) => allow(policy, actor, 'book_tickets');
    return events.reserveTickets(eventId, judgedBy(mayBook, attempt), ({ actor, event, heldByOwner }) => {
      mayBook(actor);
      const sold = event ?? refuse('not_found', { entity: 'event', id: eventId });
      refusePast(policy, sold, now);
      const booking = newBooking(sold, { id, userId: person(actor).id, quantity, now });
      refuseTooMany(policy, { quantity, heldByOwner });
      return booking;
    });
  };
}
