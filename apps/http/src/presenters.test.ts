import { aBooking, anEvent, aUser } from '@ticket/domain/testing';
import { expect, it } from 'vitest';
import { bookingViewText, eventViewText, presentBooking, presentEvent, presentSession, presentUser } from './presenters.ts';

const user = aUser({ role: 'admin' });
const event = anEvent({ organizerId: user.id, ticketPriceCents: 1999, availableTickets: 8 });
const booking = aBooking({ userId: user.id, eventId: event.id, totalPriceCents: 3998 });
/** Something that an entity may grow, and that nobody decided to show. */
const secret = { passwordHash: 'secret' };

const shownUser = {
  id: user.id,
  name: 'Sari Dewi',
  email: user.email,
  role: 'admin',
  createdAt: '2030-06-15T12:34:56.789Z',
  updatedAt: '2030-06-15T12:34:56.789Z',
};
const shownEvent = {
  id: event.id,
  organizer_id: user.id,
  name: 'Jazz on the River',
  description: 'Doors open at seven.',
  location: 'Palembang',
  event_date: '2031-01-02T19:00:00.000Z',
  ticket_price: '19.99',
  total_tickets: 10,
  available_tickets: 8,
  createdAt: '2030-06-15T12:34:56.789Z',
  updatedAt: '2030-06-15T12:34:56.789Z',
};
const shownBooking = {
  id: booking.id,
  user_id: user.id,
  event_id: event.id,
  quantity: 2,
  total_price: '39.98',
  status: 'confirmed',
  booking_date: '2030-06-15T12:34:56.789Z',
};

it('shows the contract’s fields and nothing else', () => {
  expect(presentUser({ ...user, ...secret })).toEqual(shownUser);
  expect(presentSession({ user: { ...user, ...secret }, token: 't' })).toEqual({ user: shownUser, token: 't' });
  expect(presentEvent({ ...event, ...secret })).toEqual(shownEvent);
  expect(presentBooking({ ...booking, ...secret })).toEqual(shownBooking);
});

it('shows a booking with who booked and for what', () => {
  expect(JSON.parse(bookingViewText({ ...booking, user: { ...user, ...secret }, event: { ...event, ...secret } }))).toEqual({
    ...shownBooking,
    user: { id: user.id, name: user.name, email: user.email },
    event: { id: event.id, name: event.name, location: event.location, event_date: '2031-01-02T19:00:00.000Z' },
  });
});

it('shows an event with its organizer', () => {
  const organizer = { id: user.id, name: user.name, email: user.email };
  expect(JSON.parse(eventViewText({ ...event, organizer: { ...user, ...secret } }))).toEqual({ ...shownEvent, organizer });
});
