import type { Booking } from '../stock/booking.ts';
import type { Event } from '../stock/event.ts';

/** The part of a user that is shown with their events and bookings. An edge may leave the e-mail out. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** An event with its organizer, who is undefined without accounts: the app knows them by `organizerId`. */
export interface EventView extends Event {
  readonly organizer: Person | undefined;
}

/** A booking with who booked, undefined without accounts, and for what. */
export interface BookingView extends Booking {
  readonly user: Person | undefined;
  readonly event: Pick<Event, 'id' | 'name' | 'location' | 'eventDate'>;
}
