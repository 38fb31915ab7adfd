import type { RequestContext } from '../requests/context.ts';
import { forgetOldRows } from '../requests/forget-old-rows.ts';
import type { Answer } from '../requests/idempotency.ts';
import type { ListRequest, Page } from '../requests/page.ts';
import type { Input } from '../requests/refusal.ts';
import type { Booking, BookingStatus } from '../stock/booking.ts';
import type { Event, EventChanges, NewEvent } from '../stock/event.ts';
import { type AuditedPart, auditStock } from './audit-stock.ts';
import { bookTickets } from './book-tickets.ts';
import { changeBookingStatus } from './change-booking-status.ts';
import { changeEvent } from './change-event.ts';
import { createEvent } from './create-event.ts';
import { deleteBooking } from './delete-booking.ts';
import { deleteEvent } from './delete-event.ts';
import { listAttendees } from './list-attendees.ts';
import { listBookings } from './list-bookings.ts';
import { listEvents } from './list-events.ts';
import type { BookingListRequest, EventListRequest } from './list-filters.ts';
import type { Ports } from './ports.ts';
import { readBooking } from './read-booking.ts';
import { readEvent } from './read-event.ts';
import type { BookingView, EventView } from './views.ts';

/**
 * What an app can do with events and bookings. Each use case names its refusals, which are thrown as a `Refusal`; the policy says who may do
 * what. A token holder's rights are those of their row when the change is decided. A store that cannot answer throws `Unavailable`. A
 * malformed `userId` that the app vouches for is `invalid_input` everywhere.
 */
export interface UseCases {
  /**
   * Checks that every ticket is accounted for, in all events (deleted ones too) or in one. Each part is one snapshot, so sales go on and do
   * not disturb the check. Nothing runs, and nothing is refused, before the first part is requested.
   *
   * Refuses `unauthenticated`, `forbidden`, and `not_found` for an event that left no trace.
   */
  readonly auditStock: (context: RequestContext, only?: { readonly eventId?: string | undefined }) => AsyncGenerator<AuditedPart>;
  /**
   * Books tickets for the actor, at the event's current price. Booking, stock and ledger change together, or nothing does. Calls for
   * one event are decided one at a time, in the order they came: of those that race for the last ticket exactly one gets it.
   *
   * Refuses `unauthenticated` (also the operator: a booking needs a person), `forbidden`, `not_found` (the event), `event_is_over`,
   * `invalid_input`, `too_many_for_a_booking`, `too_many_for_a_user`, `insufficient_tickets`, `too_many_booking_changes`,
   * `idempotency_key_reused`.
   */
  readonly bookTickets: (context: RequestContext, order: Input<{ readonly eventId: string; readonly quantity: number }>) => Promise<Answer<Booking>>;
  /**
   * Changes the status of a booking; any status may follow any other. `cancelled` gives the tickets back once, however many calls race. A change
   * from `cancelled` takes them again at the old price, if enough are left. The same status again changes nothing.
   *
   * Refuses `unauthenticated`, `not_found`, `forbidden`, `version_changed`, `invalid_input`, and for any change `too_many_booking_changes`. If
   * tickets are taken again it also refuses `event_is_over`, `too_many_for_a_booking`, `too_many_for_a_user`, `insufficient_tickets`.
   */
  readonly changeBookingStatus: (context: RequestContext, id: string, change: Input<{ readonly status: BookingStatus }>) => Promise<Booking>;
  /**
   * Edits an event; fields that are left out stay. A new total moves the stock by the difference and is decided under the event's lock, so it never
   * takes back what was sold meanwhile. A new price applies to later bookings.
   *
   * Refuses `unauthenticated`, `not_found`, `forbidden`, `version_changed`, `invalid_input`, `total_below_held`.
   */
  readonly changeEvent: (context: RequestContext, id: string, changes: Input<EventChanges>) => Promise<Event>;
  /**
   * Opens an event that the actor organises, with all its tickets in stock.
   *
   * Refuses `unauthenticated` (also the operator: an event needs a person), `forbidden`, `invalid_input`, `event_is_over`,
   * `idempotency_key_reused`.
   */
  readonly createEvent: (context: RequestContext, event: Input<NewEvent>) => Promise<Answer<Event>>;
  /**
   * Deletes a booking, and gives its tickets back once. If calls race, one deletes the booking, and the others refuse `not_found`.
   *
   * Refuses `unauthenticated`, `not_found`, `forbidden`, `version_changed`, `too_many_booking_changes`.
   */
  readonly deleteBooking: (context: RequestContext, id: string) => Promise<undefined>;
  /**
   * Deletes an event with its cancelled bookings. Its ledger stays, and gets a last line `closed`. If a booking races with it, one of the two is refused.
   *
   * Refuses `unauthenticated`, `not_found`, `forbidden`, `version_changed`, and `event_has_active_bookings` while bookings hold tickets.
   */
  readonly deleteEvent: (context: RequestContext, id: string) => Promise<undefined>;
  /**
   * Deletes rows that are kept for a limited time: answers under idempotency keys after 24 hours, and counts whose window is over. It asks for
   * no rights, so it is for a timer of your app. It works in small transactions that sales do not wait for, and gives the number of rows.
   */
  readonly forgetOldRows: () => Promise<number>;
  /**
   * The bookings of one event, the latest sale first: the list for the staff at the entrance. Without a limit it is the whole list.
   *
   * Refuses `unauthenticated`, `forbidden`, `not_found`, `invalid_input`.
   */
  readonly listAttendees: (context: RequestContext, eventId: string, request: Input<ListRequest>) => Promise<Page<BookingView>>;
  /**
   * The actor's own bookings, or all for an admin; newest first. `total` is given for up to 1000 bookings of one's own. Above that, and for an
   * admin, it is given on request, up to the policy's `totalMax`. With a filter it is given on request alone.
   *
   * Refuses `unauthenticated`, `forbidden` (another user's bookings), `invalid_input` (also filters that no index serves together).
   */
  readonly listBookings: (context: RequestContext, request: Input<BookingListRequest>) => Promise<Page<BookingView>>;
  /**
   * All events by date, the earliest first; or those of a filter, in another order. With a filter the total is given on request.
   *
   * Refuses `unauthenticated` for an invalid token, `forbidden`, `invalid_input` (also filters that no index serves together).
   */
  readonly listEvents: (context: RequestContext, request: Input<EventListRequest>) => Promise<Page<EventView>>;
  /**
   * One booking, with its owner and its event.
   *
   * Refuses `unauthenticated`, `not_found`, `forbidden`.
   */
  readonly readBooking: (context: RequestContext, id: string) => Promise<BookingView>;
  /**
   * One event, with its organizer. On a replica its stock may lag behind the last sales; a booking never depends on this read.
   *
   * Refuses `unauthenticated` for an invalid token, `forbidden`, `not_found`.
   */
  readonly readEvent: (context: RequestContext, id: string) => Promise<EventView>;
}

/** Connects the ports to every use case of events and bookings. It reads and stores nothing yet. */
export const createUseCases = (ports: Ports): UseCases => ({
  auditStock: auditStock(ports),
  bookTickets: bookTickets(ports),
  changeBookingStatus: changeBookingStatus(ports),
  changeEvent: changeEvent(ports),
  createEvent: createEvent(ports),
  deleteBooking: deleteBooking(ports),
  deleteEvent: deleteEvent(ports),
  forgetOldRows: forgetOldRows(ports),
  listAttendees: listAttendees(ports),
  listBookings: listBookings(ports),
  listEvents: listEvents(ports),
  readBooking: readBooking(ports),
  readEvent: readEvent(ports),
});
