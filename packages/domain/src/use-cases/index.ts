import { changeUser } from '../accounts/change-user.ts';
import { createFirstAdmin } from '../accounts/create-first-admin.ts';
import { createUser } from '../accounts/create-user.ts';
import { deleteUser } from '../accounts/delete-user.ts';
import { inShares, type SharedPorts } from '../accounts/limiting.ts';
import { listUsers } from '../accounts/list-users.ts';
import { logIn } from '../accounts/log-in.ts';
import { logOut } from '../accounts/log-out.ts';
import { provePassword } from '../accounts/proving.ts';
import { readSelf } from '../accounts/read-self.ts';
import { readUser } from '../accounts/read-user.ts';
import { registerUser } from '../accounts/register-user.ts';
import type { Ports } from '../ports.ts';
import { auditStock } from '../selling/audit-stock.ts';
import { bookTickets } from '../selling/book-tickets.ts';
import { changeBookingStatus } from '../selling/change-booking-status.ts';
import { changeEvent } from '../selling/change-event.ts';
import { createEvent } from '../selling/create-event.ts';
import { deleteBooking } from '../selling/delete-booking.ts';
import { deleteEvent } from '../selling/delete-event.ts';
import { listBookings } from '../selling/list-bookings.ts';
import { listEvents } from '../selling/list-events.ts';
import { readBooking } from '../selling/read-booking.ts';
import { readEvent } from '../selling/read-event.ts';
import { identifyActor } from './asking.ts';
import { forgetOldRows } from './forget-old-rows.ts';

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
