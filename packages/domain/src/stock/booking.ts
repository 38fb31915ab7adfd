import { refuseFaults } from '../requests/refusal.ts';
import { type Event, isTicketCount, TOTAL_TICKETS_MAX } from './event.ts';

/** Every status. `pending` and `confirmed` hold tickets, `cancelled` holds none. */
export const BOOKING_STATUSES = ['pending', 'confirmed', 'cancelled'] as const;
/** See `BOOKING_STATUSES`. */
export type BookingStatus = (typeof BOOKING_STATUSES)[number];

/** A user's tickets for an event. Price and quantity never change after the booking is made. */
export interface Booking {
  readonly id: string;
  readonly userId: string;
  readonly eventId: string;
  readonly quantity: number;
  /** quantity x the event's price when the booking was made. */
  readonly totalPriceCents: number;
  readonly status: BookingStatus;
  readonly bookingDate: Date;
  /** 1 when the booking is made. Each stored change of its status raises it by one. */
  readonly version: number;
}

/** The tickets that a booking takes out of stock. A pending or confirmed booking holds all its tickets. A cancelled or deleted one holds none. */
export const heldBy = (booking: Booking | undefined): number => (booking === undefined || booking.status === 'cancelled' ? 0 : booking.quantity);

/** A confirmed booking at the event's current price. settlement.ts checks whether enough tickets are left. */
export function newBooking(
  event: Event,
  { id, userId, quantity, now }: { readonly id: string; readonly userId: string; readonly quantity: number; readonly now: Date },
): Booking {
  if (!isTicketCount(quantity)) refuseFaults([{ field: 'quantity', message: `a whole number, 1 to ${TOTAL_TICKETS_MAX}` }]);
  return {
    id,
    userId,
    eventId: event.id,
    quantity,
    totalPriceCents: quantity * event.ticketPriceCents,
    status: 'confirmed',
    bookingDate: now,
    version: 1,
  };
}

/** The booking with another status. If it already has that status, the same object is returned, and nothing is stored. */
export const withStatus = (booking: Booking, status: BookingStatus): Booking => (booking.status === status ? booking : { ...booking, status });
