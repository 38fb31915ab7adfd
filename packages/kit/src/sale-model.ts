import { type Booking, type BookingStatus, Refusal, Unavailable } from '@ticket/domain';
import type { Rows } from './rows.ts';

/**
 * One thing that somebody does with an event. `booking` counts the bookings of the sale from 0, in the order in which they were asked for. It
 * is taken modulo their number, so it names one of them in every state. `total` is a number of tickets, `cents` the price of one.
 */
export type Step =
  | { readonly does: 'book'; readonly quantity: number }
  | { readonly does: 'set'; readonly booking: number; readonly status: BookingStatus }
  | { readonly does: 'delete booking'; readonly booking: number }
  | { readonly does: 'resize'; readonly total: number }
  | { readonly does: 'price'; readonly cents: number }
  | { readonly does: 'delete event' };

/** The model: only what matters of an event and its bookings. */
export interface Sale {
  readonly event: { readonly total: number; readonly price: number; readonly version: number } | undefined;
  /** By id, in the order of the ids. */
  readonly bookings: Readonly<Record<string, { readonly quantity: number; readonly cents: number; readonly status: BookingStatus }>>;
}

/** A step whose booking has an id. */
export type NamedStep = Exclude<Step, { readonly booking: number } | { readonly does: 'book' }> | NamedBookingStep;
type NamedBookingStep =
  | { readonly does: 'book'; readonly quantity: number; readonly id: string }
  | { readonly does: 'set'; readonly id: string; readonly status: BookingStatus }
  | { readonly does: 'delete booking'; readonly id: string };

const holds = ({ status, quantity }: { readonly status: BookingStatus; readonly quantity: number }): number =>
  status === 'cancelled' ? 0 : quantity;
const heldIn = ({ bookings }: Sale): number => Object.values(bookings).reduce((sum, booking) => sum + holds(booking), 0);
const sorted = (bookings: Sale['bookings']): Sale['bookings'] =>
  Object.fromEntries(Object.entries(bookings).sort(([one], [other]) => (one < other ? -1 : 1)));

/** The answer to a step in a state, and the state after the step. */
export function foresee(sale: Sale, step: NamedStep): { readonly answer: string; readonly state: Sale } {
  const no = (answer: string) => ({ answer, state: sale });
  const { event, bookings } = sale;
  if (event === undefined) return no('not_found');
  const available = event.total - heldIn(sale);
  const moved = (isMoved: boolean) => ({ ...event, version: event.version + (isMoved ? 1 : 0) });
  switch (step.does) {
    case 'book': {
      if (step.quantity > available) return no(`insufficient_tickets ${available}`);
      const booking = { quantity: step.quantity, cents: step.quantity * event.price, status: 'confirmed' as const };
      return { answer: `booked for ${booking.cents}`, state: { event: moved(true), bookings: sorted({ ...bookings, [step.id]: booking }) } };
    }
    case 'set': {
      const booking = bookings[step.id];
      if (booking === undefined) return no('not_found');
      const after = { ...booking, status: step.status };
      if (holds(after) - holds(booking) > available) return no(`insufficient_tickets ${available}`);
      return { answer: `is ${step.status}`, state: { event: moved(holds(after) !== holds(booking)), bookings: { ...bookings, [step.id]: after } } };
    }
    case 'delete booking': {
      const { [step.id]: booking, ...others } = bookings;
      if (booking === undefined) return no('not_found');
      return { answer: 'deleted', state: { event: moved(holds(booking) > 0), bookings: others } };
    }
    case 'resize': {
      const held = heldIn(sale);
      if (step.total < held) return no(`total_below_held ${held}`);
      const after = { ...moved(step.total !== event.total), total: step.total };
      return { answer: `${step.total - held} of ${step.total}, version ${after.version}`, state: { event: after, bookings } };
    }
    case 'price':
      return { answer: `costs ${step.cents}`, state: { event: { ...event, price: step.cents }, bookings } };
    case 'delete event':
      if (heldIn(sale) > 0) return no('event_has_active_bookings');
      return { answer: 'deleted', state: { event: undefined, bookings: {} } };
  }
}

/** Takes a step on a store, and gives the answer in the model's words; undefined when the outcome is unknown. */
export async function take(rows: Rows, eventId: string, userId: string, step: NamedStep): Promise<string | undefined> {
  const event = { id: eventId };
  try {
    switch (step.does) {
      case 'book':
        return `booked for ${(await rows.book(event, { userId, quantity: step.quantity, id: step.id })).totalPriceCents}`;
      case 'set':
        return `is ${(await rows.setStatus(step, step.status)).status}`;
      case 'delete booking':
        await rows.deleteBooking(step);
        return 'deleted';
      case 'resize': {
        const { availableTickets, totalTickets, stockVersion } = await rows.edit(event, { totalTickets: step.total });
        return `${availableTickets} of ${totalTickets}, version ${stockVersion}`;
      }
      case 'price':
        return `costs ${(await rows.edit(event, { ticketPriceCents: step.cents })).ticketPriceCents}`;
      case 'delete event':
        await rows.deleteEvent(event);
        return 'deleted';
    }
  } catch (error) {
    if (error instanceof Unavailable && error.outcome === 'unknown') return undefined;
    if (!(error instanceof Refusal)) throw error;
    if (error.code === 'insufficient_tickets') return `insufficient_tickets ${error.details.available}`;
    if (error.code === 'total_below_held') return `total_below_held ${error.details.held}`;
    return error.code;
  }
}

/** The stored rows as a state of the model. */
export async function saleIn(rows: Rows, eventId: string): Promise<Sale> {
  const [event, bookings] = [await rows.stored({ id: eventId }), await rows.bookings({ id: eventId })];
  return {
    event: event && { total: event.totalTickets, price: event.ticketPriceCents, version: event.stockVersion },
    bookings: sorted(
      Object.fromEntries(
        bookings.map((booking: Booking) => [booking.id, { quantity: booking.quantity, cents: booking.totalPriceCents, status: booking.status }]),
      ),
    ),
  };
}
