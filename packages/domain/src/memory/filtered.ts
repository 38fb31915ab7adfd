import { type BookingFilter, type EventFilter, searchedWordsOf } from '../selling/list-filters.ts';
import type { Booking } from '../stock/booking.ts';
import type { Event } from '../stock/event.ts';

const isWithin = (at: Date, from: Date | undefined, to: Date | undefined): boolean =>
  (from === undefined || at >= from) && (to === undefined || at < to);

/** Whether a list with this filter has the event. */
export function isListed(event: Event, { from, to, isAvailable, modifiedSince, words = [] }: EventFilter): boolean {
  if (!isWithin(event.eventDate, from, to) || !isWithin(event.updatedAt, modifiedSince, undefined)) return false;
  if (isAvailable && event.availableTickets === 0) return false;
  if (words.length === 0) return true;
  const own = searchedWordsOf(event);
  return words.every((word) => own.some((one) => one.startsWith(word)));
}

/** Whether a list with this filter has the booking. */
export const isListedBooking = (booking: Booking, { userId, eventId, status, from, to }: BookingFilter): boolean =>
  (userId === undefined || booking.userId === userId) &&
  (eventId === undefined || booking.eventId === eventId) &&
  (status === undefined || booking.status === status) &&
  isWithin(booking.bookingDate, from, to);
