import { BOOKING_STATUSES, type Booking, type BookingView, type Event, type EventView, type Person } from '@ticket/domain';
import type { User } from '@ticket/domain/accounts';
import * as v from 'valibot';
import { priceOf } from './money.ts';
import { once } from './once.ts';

/*
 * The shape of replies. Fields are picked by name: no field of an entity reaches a client unless it stands here.
 */
const id = (description: string) => v.pipe(v.string(), v.uuid(), v.description(description));
const text = (description: string) => v.pipe(v.string(), v.description(description));
const instant = (description: string) => v.pipe(v.string(), v.isoTimestamp(), v.description(`${description} In UTC.`));
const price = (description: string) => v.pipe(v.string(), v.regex(/^\d+\.\d{2}$/), v.description(`${description} With two decimals.`));
const count = (description: string) => v.pipe(v.number(), v.integer(), v.minValue(0), v.description(description));

/** One sale, as the examples of the OpenAPI document show it. */
const PERSON = { id: '550e8400-e29b-41d4-a716-446655440000', name: 'John Doe', email: 'john@example.com' };
const MADE = { createdAt: '2025-01-01T00:00:00.000Z', updatedAt: '2025-01-01T00:00:00.000Z' };
const USER = { ...PERSON, role: 'user', ...MADE };
const BOOKED = {
  id: '770e8400-e29b-41d4-a716-446655440000',
  name: 'GDGoC Tech Talk 2025',
  location: 'UNSRI Palembang',
  event_date: '2025-02-15T14:00:00.000Z',
};
const EVENT = {
  ...BOOKED,
  organizer_id: PERSON.id,
  description: 'Workshop backend development',
  ticket_price: '50000.00',
  total_tickets: 100,
  available_tickets: 85,
  ...MADE,
};
const BOOKING = {
  id: '880e8400-e29b-41d4-a716-446655440000',
  user_id: PERSON.id,
  event_id: BOOKED.id,
  quantity: 2,
  total_price: '100000.00',
  status: 'confirmed',
  booking_date: '2025-01-15T08:30:00.000Z',
};

const userEntries = {
  id: id('The id of the user.'),
  name: text('The name of the user.'),
  email: text('The e-mail with which the user logs in, in lower case.'),
  role: v.pipe(v.picklist(['user', 'admin']), v.description('What the user may do.')),
  createdAt: instant('When the account was created.'),
  updatedAt: instant('When the account was last changed.'),
};
export const UserReply = v.pipe(v.object(userEntries), v.metadata({ ref: 'User', description: 'An account.', examples: [USER] }));
export const SessionReply = v.pipe(
  v.object({ user: UserReply, token: text('The token to send as `Authorization: Bearer <token>`.') }),
  v.metadata({
    ref: 'Session',
    description: 'An account and its new token.',
    examples: [{ user: USER, token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.signature' }],
  }),
);

const eventEntries = {
  id: id('The id of the event.'),
  organizer_id: id('The id of the user who organises the event.'),
  name: text('The name of the event.'),
  description: v.pipe(v.nullable(v.string()), v.description('What the event is about. null if nothing was written.')),
  location: text('Where the event takes place.'),
  event_date: instant('When the event begins.'),
  ticket_price: price('The price of one ticket.'),
  total_tickets: count('All tickets of the event, sold or not.'),
  available_tickets: count('The tickets that can still be booked.'),
  createdAt: instant('When the event was created.'),
  updatedAt: instant('When the event was last edited. Sales are no edits.'),
};
const Organizer = v.pipe(
  v.object({
    id: id('The id of the organizer.'),
    name: text('The name of the organizer.'),
    email: v.pipe(v.nullable(v.string()), v.description('The e-mail of the organizer. null if the server does not show it.')),
  }),
  v.description('The user who organises the event.'),
);
export const EventReply = v.pipe(v.object(eventEntries), v.metadata({ ref: 'Event', description: 'An event.', examples: [EVENT] }));
export const EventViewReply = v.pipe(
  v.object({ ...eventEntries, organizer: Organizer }),
  v.metadata({ ref: 'EventView', description: 'An event with its organizer.', examples: [{ ...EVENT, organizer: PERSON }] }),
);

const bookingEntries = {
  id: id('The id of the booking.'),
  user_id: id('The id of the user who holds the tickets.'),
  event_id: id('The id of the event.'),
  quantity: count('The number of tickets.'),
  total_price: price('The price of all tickets of the booking, at the price when they were booked.'),
  status: v.pipe(v.picklist(BOOKING_STATUSES), v.description('A cancelled booking holds no tickets.')),
  booking_date: instant('When the booking was made.'),
};
const Booker = v.pipe(
  v.object({ id: id('The id of the user.'), name: text('The name of the user.'), email: text('The e-mail of the user.') }),
  v.description('The user who holds the tickets.'),
);
const BookedEvent = v.pipe(
  v.object({
    id: id('The id of the event.'),
    name: text('The name of the event.'),
    location: text('Where the event takes place.'),
    event_date: instant('When the event begins.'),
  }),
  v.description('The event of the tickets.'),
);
export const BookingReply = v.pipe(v.object(bookingEntries), v.metadata({ ref: 'Booking', description: 'A booking.', examples: [BOOKING] }));
export const BookingViewReply = v.pipe(
  v.object({ ...bookingEntries, user: Booker, event: BookedEvent }),
  v.metadata({
    ref: 'BookingView',
    description: 'A booking with its user and its event.',
    examples: [{ ...BOOKING, user: PERSON, event: BOOKED }],
  }),
);

export const presentUser = ({ id, name, email, role, createdAt, updatedAt }: User): v.InferOutput<typeof UserReply> => ({
  id,
  name,
  email,
  role,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

/** The JSON of a user. */
export const userText = (user: User): string => textOf(presentUser(user));

export const presentSession = ({ user, token }: { readonly user: User; readonly token: string }): v.InferOutput<typeof SessionReply> => ({
  user: presentUser(user),
  token,
});

export const presentEvent = (event: Event): v.InferOutput<typeof EventReply> => ({
  id: event.id,
  organizer_id: event.organizerId,
  name: event.name,
  description: event.description,
  location: event.location,
  event_date: event.eventDate.toISOString(),
  ticket_price: priceOf(event.ticketPriceCents),
  total_tickets: event.totalTickets,
  available_tickets: event.availableTickets,
  createdAt: event.createdAt.toISOString(),
  updatedAt: event.updatedAt.toISOString(),
});

/** The JSON of an event's view. A list may have thousands, so an organizer that many of them share is rendered once. */
export const eventViewText = once((event: EventView) => textWith(event, organizerText(known(event.organizer))));
/** The same without the organizer's e-mail, for installations that do not show it. */
export const eventViewTextWithoutEmail = once((event: EventView) => textWith(event, nameText(known(event.organizer))));
const textWith = (event: EventView, organizer: string): string => `${textOf(presentEvent(event)).slice(0, -1)},"organizer":${organizer}}`;
const organizerText = once(({ id, name, email }: Person) => textOf<v.InferOutput<typeof Organizer>>({ id, name, email }));
const nameText = once(({ id, name }: Person) => textOf<v.InferOutput<typeof Organizer>>({ id, name, email: null }));

export const presentBooking = (booking: Booking): v.InferOutput<typeof BookingReply> => ({
  id: booking.id,
  user_id: booking.userId,
  event_id: booking.eventId,
  quantity: booking.quantity,
  total_price: priceOf(booking.totalPriceCents),
  status: booking.status,
  booking_date: booking.bookingDate.toISOString(),
});

/**
 * The JSON of a booking's view. None of its own fields needs escaping (ids, times, prices, a status), so they are written directly. This
 * halves the time of a list of thousands.
 */
export const bookingViewText = ({ id, userId, eventId, quantity, totalPriceCents, status, bookingDate, user, event }: BookingView): string =>
  `{"id":"${id}","user_id":"${userId}","event_id":"${eventId}","quantity":${quantity},"total_price":"${priceOf(totalPriceCents)}","status":"${status}","booking_date":"${bookingDate.toISOString()}","user":${bookerText(known(user))},"event":${bookedEventText(event)}}`;
const bookerText = once(({ id, name, email }: Person) => textOf<v.InferOutput<typeof Booker>>({ id, name, email }));
const bookedEventText = once(({ id, name, location, eventDate }: BookingView['event']) =>
  textOf<v.InferOutput<typeof BookedEvent>>({ id, name, location, event_date: eventDate.toISOString() }),
);

/** The HTTP API runs with accounts, so every user has a row. */
function known(person: Person | undefined): Person {
  if (person === undefined) throw new Error('a view without its user: the platform was opened without accounts');
  return person;
}

const textOf = <Reply>(reply: Reply): string => JSON.stringify(reply);
