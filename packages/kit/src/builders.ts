import type { Booking, Event } from '@ticket/domain';
import type { User } from '@ticket/domain/accounts';

/** Random, so that two processes may share a database. */
const PROCESS = crypto.randomUUID().slice(0, 24);
let idsGiven = 0;

/** A new id in the form of a UUID, in lower case. Later ids are greater than earlier ones. */
export function anId(): string {
  idsGiven += 1;
  return PROCESS + idsGiven.toString(16).padStart(12, '0');
}

/** The time that the builders use. It has milliseconds, so that laws notice an engine that drops them. */
export const NOW = new Date('2030-06-15T12:34:56.789Z');

/** A user with an e-mail of their own. */
export function aUser(overrides: Partial<User> = {}): User {
  const id = overrides.id ?? anId();
  return {
    id,
    name: 'Sari Dewi',
    email: `${id}@example.com`,
    role: 'user',
    tokenVersion: 0,
    version: 1,
    createdAt: NOW,
    updatedAt: NOW,
    ...overrides,
  };
}

/** An event of ten tickets, all in stock unless told otherwise. */
export function anEvent(overrides: Partial<Event> = {}): Event {
  const totalTickets = overrides.totalTickets ?? 10;
  return {
    id: anId(),
    organizerId: anId(),
    name: 'Jazz on the River',
    description: 'Doors open at seven.',
    location: 'Palembang',
    eventDate: new Date('2031-01-02T19:00:00.000Z'),
    ticketPriceCents: 150_000,
    totalTickets,
    availableTickets: totalTickets,
    stockVersion: 1,
    version: 1,
    createdAt: NOW,
    updatedAt: NOW,
    ...overrides,
  };
}

/** A confirmed booking of two tickets. */
export function aBooking(overrides: Partial<Booking> = {}): Booking {
  return {
    id: anId(),
    userId: anId(),
    eventId: anId(),
    quantity: 2,
    totalPriceCents: 300_000,
    status: 'confirmed',
    bookingDate: NOW,
    version: 1,
    ...overrides,
  };
}
