import type { Booking } from '../stock/booking.ts';
import type { Event } from '../stock/event.ts';

/** The part of a user that is shown with their events and bookings. The HTTP API may leave the e-mail out. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** An event with its organizer. Without accounts the organizer is undefined, and the app finds them by `organizerId`. */
export interface EventView extends Event {
  readonly organizer: Person | undefined;
}

/** A booking with its user and its event. Without accounts the user is undefined. */
export interface BookingView extends Booking {
  readonly user: Person | undefined;
  readonly event: Pick<Event, 'id' | 'name' | 'location' | 'eventDate'>;
}
