import type { ListLimits } from '../requests/page.ts';
import { assert, refuse } from '../requests/refusal.ts';
import type { Rights } from '../requests/rights.ts';
import { type Event, TOTAL_TICKETS_MAX } from '../stock/event.ts';

/** What the policy gives rights for. */
export type SellingAction =
  | 'read_events'
  | 'create_event'
  | 'change_event'
  | 'delete_event'
  | 'list_attendees'
  | 'list_bookings'
  | 'read_booking'
  | 'book_tickets'
  | 'change_booking'
  | 'delete_booking'
  | 'audit_stock';

/** The rules of selling that differ between installations. They are chosen once, when the ports are connected to the use cases. */
export interface SellingPolicy {
  readonly rights: Rights<SellingAction>;
  /** Whether events in the past may be made and booked. */
  readonly pastEvents: boolean;
  /** The most tickets that one booking takes. */
  readonly ticketsPerBookingMax: number;
  /** The most tickets of one event that one user holds in all bookings together. Repositories count held tickets only if this is a number. */
  readonly ticketsPerUserMax: number | 'unlimited';
  /** The most changes that one user makes to their bookings of one event in an hour. Admins have no limit. */
  readonly bookingChangesPerHourMax: number | 'unlimited';
  readonly list: ListLimits;
}

/** Everybody sees events, signed-in users book, admins organise. Tickets are limited only by what a row can store. */
export const SELLING_POLICY: SellingPolicy = {
  rights: {
    read_events: 'anyone',
    create_event: 'admin',
    change_event: 'admin',
    delete_event: 'admin',
    list_attendees: 'admin',
    list_bookings: 'user',
    read_booking: 'owner',
    book_tickets: 'user',
    change_booking: 'owner',
    delete_booking: 'owner',
    audit_stock: 'admin',
  },
  pastEvents: true,
  ticketsPerBookingMax: TOTAL_TICKETS_MAX,
  ticketsPerUserMax: 'unlimited',
  bookingChangesPerHourMax: 'unlimited',
  list: { limit: 'unlimited', limitMax: 1000, offsetMax: 1_000_000, totalMax: 'unlimited' },
};

/** Refuses to open or to sell an event that is over, unless the policy allows it. */
export function refusePast({ pastEvents }: Pick<SellingPolicy, 'pastEvents'>, { eventDate }: Pick<Event, 'eventDate'>, now: Date): void {
  if (!pastEvents && eventDate < now) refuse('event_is_over', {});
}

/**
 * Refuses more tickets than one booking may have, or than its owner may hold of the event. `heldByOwner` is the number that they hold so
 * far. It is counted under the event's lock. So if two bookings race for the last tickets that a user may hold, exactly one gets them.
 */
export function refuseTooMany(
  { ticketsPerBookingMax, ticketsPerUserMax }: Pick<SellingPolicy, 'ticketsPerBookingMax' | 'ticketsPerUserMax'>,
  { quantity: requested, heldByOwner }: { readonly quantity: number; readonly heldByOwner: number | 'not_counted' },
): void {
  if (requested > ticketsPerBookingMax) refuse('too_many_for_a_booking', { maximum: ticketsPerBookingMax, requested });
  if (ticketsPerUserMax === 'unlimited') return;
  assert(heldByOwner !== 'not_counted', 'what a user holds is counted where there is a limit to it');
  if (heldByOwner + requested > ticketsPerUserMax) refuse('too_many_for_a_user', { maximum: ticketsPerUserMax, held: heldByOwner, requested });
}
