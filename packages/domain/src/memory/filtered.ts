import { searchedWordsOfUser, type UserFilter } from '../accounts/list-filters.ts';
import type { User } from '../accounts/user.ts';
import { areFoundIn } from '../requests/search.ts';
import { type BookingFilter, type EventFilter, searchedWordsOf } from '../selling/list-filters.ts';
import type { Booking } from '../stock/booking.ts';
import type { Event } from '../stock/event.ts';

const isWithin = (at: Date, from: Date | undefined, to: Date | undefined): boolean =>
  (from === undefined || at >= from) && (to === undefined || at < to);

/** Whether a list with this filter has the event. */
export function isListed(event: Event, { from, to, isAvailable, modifiedSince, words = [] }: EventFilter): boolean {
  if (!isWithin(event.eventDate, from, to) || !isWithin(event.updatedAt, modifiedSince, undefined)) return false;
  if (isAvailable && event.availableTickets === 0) return false;
  return words.length === 0 || areFoundIn(searchedWordsOf(event), words);
}

/** Whether a list with this filter has the user. */
export const isListedUser = (user: User, { role, words = [], modifiedSince }: UserFilter): boolean =>
  (role === undefined || user.role === role) &&
  isWithin(user.updatedAt, modifiedSince, undefined) &&
  (words.length === 0 || areFoundIn(searchedWordsOfUser(user), words));

/** Whether a list with this filter has the booking. */
export const isListedBooking = (booking: Booking, { userId, eventId, status, from, to }: BookingFilter): boolean =>
  (userId === undefined || booking.userId === userId) &&
  (eventId === undefined || booking.eventId === eventId) &&
  (status === undefined || booking.status === status) &&
  isWithin(booking.bookingDate, from, to);
