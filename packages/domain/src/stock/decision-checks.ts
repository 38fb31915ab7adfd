import { assert } from '../requests/refusal.ts';
import { BOOKING_STATUSES, type Booking } from './booking.ts';
import { type Event, heldTickets, isTicketCount } from './event.ts';

/**
 * The functions of this file check what a decision returns against the row that it got. A decision that breaks a rule fails with an error
 * that names the rule. It stores nothing, and the other decisions of the batch go on.
 */
export function requireSoundEvent(eventId: string, before: Event | undefined, after: Event): void {
  assert(after.id === eventId, 'a decision on an event returns that event');
  assert(isTicketCount(after.totalTickets), 'the total of tickets is a count');
  if (before === undefined) {
    assert(after.availableTickets === after.totalTickets, 'a new event has all its tickets');
    return;
  }
  assert(after.organizerId === before.organizerId, 'an event keeps its organizer');
  assert(sameTime(after.createdAt, before.createdAt), 'an event keeps the moment that it was made');
  assert(heldTickets(after) === heldTickets(before), 'an edit of an event moves no ticket that is held');
  assert(after.availableTickets >= 0, 'no more tickets are held than there are');
}

export function requireNothingHeld(event: Event | undefined): void {
  assert(event === undefined || heldTickets(event) === 0, 'an event is deleted only while no booking holds tickets');
}

export function requireNewBooking({ id: eventId }: Event, after: Booking, isTaken: boolean): void {
  assert(!isTaken, 'a new booking has an id of its own');
  assert(after.eventId === eventId, 'a booking belongs to the event that is locked for it');
  assert(isTicketCount(after.quantity), 'the quantity of a booking is a count');
  assert(Number.isSafeInteger(after.totalPriceCents) && after.totalPriceCents >= 0, 'the price of a booking is whole cents');
  assert(!Number.isNaN(after.bookingDate.getTime()), 'a booking has a date');
  assert(after.version === 1, 'a new booking has version 1');
  requireStatus(after);
}

export function requireSameBooking(before: Booking, after: Booking): void {
  assert(after.id === before.id, 'a decision on a booking returns that booking');
  assert(after.eventId === before.eventId, 'a booking keeps its event');
  assert(after.userId === before.userId, 'a booking keeps its user');
  assert(after.quantity === before.quantity, 'a booking keeps its quantity');
  assert(after.totalPriceCents === before.totalPriceCents, 'a booking keeps its price');
  assert(sameTime(after.bookingDate, before.bookingDate), 'a booking keeps its date');
  requireStatus(after);
}

/** A decision may be async by mistake: the compiler does not notice if the type of the row is `any`. */
export function requireRow(after: Event | Booking | undefined): void {
  const isRow = after === undefined || (typeof after === 'object' && after !== null && !('then' in after));
  assert(isRow, 'a decision is synchronous, and returns a row or undefined');
}

/** `first` and `second` are the results of one decision on the same rows. The fields of a row are texts, numbers and dates. */
export function requireSameAgain(first: Event | Booking | undefined, second: Event | Booking | undefined): void {
  assert(haveSameFields(first, second), 'a decision returns the same when it runs again: time and ids are taken before');
}

function haveSameFields(first: Event | Booking | undefined, second: Event | Booking | undefined): boolean {
  if (first === undefined || second === undefined) return first === second;
  const [one, other] = [first as unknown as Record<string, unknown>, second as unknown as Record<string, unknown>];
  for (const name in one) if (!isSame(one[name], other[name])) return false;
  for (const name in other) if (!(name in one)) return false;
  return true;
}

const isSame = (one: unknown, other: unknown): boolean =>
  one instanceof Date && other instanceof Date ? sameTime(one, other) : Object.is(one, other);

const requireStatus = ({ status }: Booking): void => assert(BOOKING_STATUSES.includes(status), 'a booking has one of the three statuses');

const sameTime = (one: Date, other: Date): boolean => Object.is(one.getTime(), other.getTime());
