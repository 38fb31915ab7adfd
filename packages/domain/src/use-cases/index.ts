import type { Ports } from '../ports.ts';
import { identifyActor } from './asking.ts';
import { auditStock } from './audit-stock.ts';
import { bookTickets } from './book-tickets.ts';
import { changeBookingStatus } from './change-booking-status.ts';
import { changeEvent } from './change-event.ts';
import { changeUser } from './change-user.ts';
import { createEvent } from './create-event.ts';
import { createFirstAdmin } from './create-first-admin.ts';
import { createUser } from './create-user.ts';
import { deleteBooking } from './delete-booking.ts';
import { deleteEvent } from './delete-event.ts';
import { deleteUser } from './delete-user.ts';
import { forgetOldRows } from './forget-old-rows.ts';
import { inShares, type SharedPorts } from './limiting.ts';
import { listBookings } from './list-bookings.ts';
import { listEvents } from './list-events.ts';
import { listUsers } from './list-users.ts';
import { logIn } from './log-in.ts';
import { logOut } from './log-out.ts';
import { provePassword } from './proving.ts';
import { readBooking } from './read-booking.ts';
import { readEvent } from './read-event.ts';
import { readSelf } from './read-self.ts';
import { readUser } from './read-user.ts';
import { registerUser } from './register-user.ts';

/** Plugs the ports into every use case. One line each. */
export function createUseCases(ports: Ports) {
  const passwords = inShares(ports.passwords);
  const shared: SharedPorts = { ...ports, passwords, provePassword: provePassword({ ...ports, passwords }) };
  return {
    identifyActor: identifyActor(ports),
    auditStock: auditStock(ports),
    bookTickets: bookTickets(ports),
    changeBookingStatus: changeBookingStatus(ports),
    changeEvent: changeEvent(ports),
    changeUser: changeUser(shared),
    createEvent: createEvent(ports),
    createFirstAdmin: createFirstAdmin(shared),
    createUser: createUser(shared),
    deleteBooking: deleteBooking(ports),
    deleteEvent: deleteEvent(ports),
    deleteUser: deleteUser(ports),
    forgetOldRows: forgetOldRows(ports),
    listBookings: listBookings(ports),
    listEvents: listEvents(ports),
    listUsers: listUsers(ports),
    logIn: logIn(shared),
    logOut: logOut(ports),
    readBooking: readBooking(ports),
    readEvent: readEvent(ports),
    readSelf: readSelf(ports),
    readUser: readUser(ports),
    registerUser: registerUser(shared),
  };
}

export type UseCases = ReturnType<typeof createUseCases>;
