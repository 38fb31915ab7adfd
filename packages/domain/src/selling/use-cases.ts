import { forgetOldRows } from '../requests/forget-old-rows.ts';
import { auditStock } from './audit-stock.ts';
import { bookTickets } from './book-tickets.ts';
import { changeBookingStatus } from './change-booking-status.ts';
import { changeEvent } from './change-event.ts';
import { createEvent } from './create-event.ts';
import { deleteBooking } from './delete-booking.ts';
import { deleteEvent } from './delete-event.ts';
import { listBookings } from './list-bookings.ts';
import { listEvents } from './list-events.ts';
import type { Ports } from './ports.ts';
import { readBooking } from './read-booking.ts';
import { readEvent } from './read-event.ts';

/** Connects the ports to every use case of the core, one line for each. */
export const createUseCases = (ports: Ports) => ({
  auditStock: auditStock(ports),
  bookTickets: bookTickets(ports),
  changeBookingStatus: changeBookingStatus(ports),
  changeEvent: changeEvent(ports),
  createEvent: createEvent(ports),
  deleteBooking: deleteBooking(ports),
  deleteEvent: deleteEvent(ports),
  forgetOldRows: forgetOldRows(ports),
  listBookings: listBookings(ports),
  listEvents: listEvents(ports),
  readBooking: readBooking(ports),
  readEvent: readEvent(ports),
});

export type UseCases = ReturnType<typeof createUseCases>;
