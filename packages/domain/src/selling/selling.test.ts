import { describe, expect, it } from 'vitest';
import type { User } from '../accounts/user.ts';
import { aBooking, anEvent, NOW } from '../testing/builders.ts';
import { inMemoryPlatform } from '../testing/in-memory-platform.ts';
import { LOCKED, OPEN } from '../testing/policies.ts';
import { answerOf, answersOf, as, OPERATOR, times, unwrapped } from '../testing/store.ts';
import type { Ports } from './ports.ts';
import { createUseCases } from './use-cases.ts';

const YESTERDAY = new Date(NOW.getTime() - 24 * 60 * 60 * 1000);
const TOMORROW = new Date(NOW.getTime() + 24 * 60 * 60 * 1000);

describe('booking', () => {
  it('takes tickets out of stock for the actor, at the price of now', async () => {
    const { useCases, rows, sari, event } = await inMemoryPlatform();
    const { value: booking } = await useCases.bookTickets(as(sari), { eventId: event.id, quantity: 3 });
    expect(booking).toMatchObject({
      userId: sari.id,
      eventId: event.id,
      quantity: 3,
      totalPriceCents: 450_000,
      status: 'confirmed',
      bookingDate: NOW,
    });
    expect(await rows.bookingRows(sari.id)).toEqual([booking]);
    expect(await rows.available(event)).toBe(7);
  });

  it('is for users: the operator cannot book', async () => {
    const { useCases, rows, event } = await inMemoryPlatform();
    expect(await answerOf(useCases.bookTickets(OPERATOR, { eventId: event.id, quantity: 1 }))).toBe('unauthenticated');
    expect(await rows.available(event)).toBe(10);
  });

  it.each([0, -1, 1.5, Number.NaN, 900_001, 2 ** 53])('is refused for %d tickets', async (quantity) => {
    const { useCases, rows, sari, event } = await inMemoryPlatform();
    expect(await answerOf(useCases.bookTickets(as(sari), { eventId: event.id, quantity }))).toBe('invalid_input');
    expect(await rows.available(event)).toBe(10);
  });

  it('sells out to those who came first', async () => {
    const { useCases, sari, event } = await inMemoryPlatform();
    const answers = await answersOf(times(12, () => useCases.bookTickets(as(sari), { eventId: event.id, quantity: 1 })));
    expect(answers).toEqual(times(12, (index) => (index < 10 ? 'done' : 'insufficient_tickets')));
  });

  it('of an event that is over is open in one profile and refused in the other', async () => {
    for (const [policy, answer] of [[OPEN.policy, 'done'] as const, [LOCKED.policy, 'event_is_over'] as const]) {
      const { useCases, rows, sari, admin } = await inMemoryPlatform({ policy });
      const past = await rows.event({ organizerId: admin.id, eventDate: YESTERDAY });
      const starting = await rows.event({ organizerId: admin.id, eventDate: NOW });
      const book = ({ id }: { id: string }) => answerOf(useCases.bookTickets(as(sari), { eventId: id, quantity: 1 }));
      expect([await book(past), await book(starting)]).toEqual([answer, 'done']);
    }
  });
});

describe('a cancellation', () => {
  it('of tickets for an event that is over is not taken back where such an event may not be booked', async () => {
    for (const [policy, answer] of [[OPEN.policy, 'done'] as const, [LOCKED.policy, 'event_is_over'] as const]) {
      const { useCases, rows, sari, event } = await inMemoryPlatform({ policy });
      const { value: booking } = await useCases.bookTickets(as(sari), { eventId: event.id, quantity: 3 });
      const set = (status: 'pending' | 'confirmed' | 'cancelled') => answerOf(useCases.changeBookingStatus(as(sari), booking.id, { status }));
      await rows.edit(event, { eventDate: YESTERDAY });
      expect([await set('pending'), await set('cancelled'), await set('confirmed')]).toEqual(['done', 'done', answer]);
      expect(await rows.available(event)).toBe(answer === 'done' ? 7 : 10);
    }
  });
});

describe('a booking that is confirmed again', () => {
  it('is left to the checks of the store if its event was not read', async () => {
    const { ports, admin } = await inMemoryPlatform({ ...LOCKED });
    const booking = aBooking({ status: 'cancelled' });
    const decided: Ports['bookings'] = {
      change: async (_id, _context, decide) => decide({ actor: admin, event: undefined, booking, heldByOwner: 0 }),
    };
    const { changeBookingStatus } = createUseCases({ ...ports, bookings: decided });
    expect(await changeBookingStatus(as(admin), booking.id, { status: 'confirmed' })).toEqual({ ...booking, status: 'confirmed' });
  });
});

describe('a limit on what a user holds of an event', () => {
  const policy = { ...OPEN.policy, ticketsPerBookingMax: 4, ticketsPerUserMax: 6 };
  const setUp = async () => {
    const house = await inMemoryPlatform({ policy });
    const { useCases, event } = house;
    return {
      ...house,
      book: (user: User, quantity: number) => unwrapped(useCases.bookTickets(as(user), { eventId: event.id, quantity })),
      set: (user: User, id: string, status: 'confirmed' | 'cancelled') => useCases.changeBookingStatus(as(user), id, { status }),
    };
  };

  it('is for each user, over all their bookings, and is met by what comes at once', async () => {
    const { rows, sari, budi, event, book } = await setUp();
    expect(await answersOf([book(sari, 4), book(sari, 3), book(sari, 2), book(budi, 4), book(sari, 1)])).toEqual([
      ...['done', 'too_many_for_a_user', 'done', 'done', 'too_many_for_a_user'],
    ]);
    expect(await rows.available(event)).toBe(0);
  });

  it('is said before the stock, and a booking’s own limit before both', async () => {
    const { sari, budi, book } = await setUp();
    await book(budi, 4);
    await book(sari, 4);
    expect(await answersOf([book(sari, 5), book(sari, 3), book(budi, 3), book(budi, 2)])).toEqual([
      ...['too_many_for_a_booking', 'too_many_for_a_user', 'too_many_for_a_user', 'done'],
    ]);
  });

  it('counts a cancelled booking that is confirmed again, for its owner and not for the admin who does it', async () => {
    const { rows, admin, sari, event, book, set } = await setUp();
    const first = await book(sari, 4);
    await set(sari, first.id, 'cancelled');
    await book(sari, 3);
    const { id } = await book(sari, 1);
    expect(await answersOf([set(sari, first.id, 'confirmed'), set(admin, first.id, 'confirmed')])).toEqual([
      'too_many_for_a_user',
      'too_many_for_a_user',
    ]);
    await set(sari, id, 'cancelled');
    await book(admin, 1);
    await rows.edit(event, { totalTickets: 20 });
    expect(await answersOf([set(admin, first.id, 'confirmed'), set(sari, id, 'confirmed')])).toEqual(['too_many_for_a_user', 'done']);
  });

  it('leaves alone what was sold before there was one', async () => {
    const { useCases, rows, sari, event } = await inMemoryPlatform({ policy });
    const booking = await rows.book(event, { userId: sari.id, quantity: 9 });
    const set = (status: 'pending' | 'confirmed' | 'cancelled') => answerOf(useCases.changeBookingStatus(as(sari), booking.id, { status }));
    expect([await set('pending'), await set('confirmed'), await set('cancelled'), await set('confirmed')]).toEqual([
      ...['done', 'done', 'done', 'too_many_for_a_booking'],
    ]);
  });
});

describe('a price', () => {
  it('applies to later bookings and changes no earlier one', async () => {
    const { useCases, rows, admin, sari, event } = await inMemoryPlatform();
    const { value: made } = await useCases.bookTickets(as(sari), { eventId: event.id, quantity: 2 });
    await useCases.changeEvent(as(admin), event.id, { ticketPriceCents: 1 });
    await useCases.changeBookingStatus(as(sari), made.id, { status: 'cancelled' });
    await useCases.changeBookingStatus(as(sari), made.id, { status: 'pending' });
    expect(await rows.bookingRows(sari.id)).toEqual([{ ...made, status: 'pending', version: 3 }]);
    expect((await useCases.bookTickets(as(sari), { eventId: event.id, quantity: 2 })).value.totalPriceCents).toBe(2);
  });
});

describe('a booking', () => {
  it('gives its tickets back once, however often it is cancelled and deleted', async () => {
    const { useCases, rows, sari, event } = await inMemoryPlatform();
    const {
      value: { id },
    } = await useCases.bookTickets(as(sari), { eventId: event.id, quantity: 4 });
    const cancel = () => useCases.changeBookingStatus(as(sari), id, { status: 'cancelled' });
    expect(await answersOf([cancel(), cancel(), useCases.deleteBooking(as(sari), id), cancel()])).toEqual(['done', 'done', 'done', 'not_found']);
    expect(await rows.available(event)).toBe(10);
  });

  it('takes its tickets again when it is reinstated, or is refused', async () => {
    const { useCases, rows, sari, budi, event } = await inMemoryPlatform();
    const {
      value: { id },
    } = await useCases.bookTickets(as(sari), { eventId: event.id, quantity: 4 });
    await useCases.changeBookingStatus(as(sari), id, { status: 'cancelled' });
    const { value: other } = await useCases.bookTickets(as(budi), { eventId: event.id, quantity: 7 });
    expect(await answerOf(useCases.changeBookingStatus(as(sari), id, { status: 'confirmed' }))).toBe('insufficient_tickets');
    await useCases.deleteBooking(as(budi), other.id);
    expect(await answerOf(useCases.changeBookingStatus(as(sari), id, { status: 'confirmed' }))).toBe('done');
    expect(await rows.available(event)).toBe(6);
  });

  it('is read, changed and deleted by its owner and by admins', async () => {
    const { useCases, sari, budi, admin, event } = await inMemoryPlatform();
    const {
      value: { id },
    } = await useCases.bookTickets(as(sari), { eventId: event.id, quantity: 1 });
    expect(await answersOf([sari, budi, admin].map((user) => useCases.readBooking(as(user), id)))).toEqual(['done', 'forbidden', 'done']);
    expect(await useCases.readBooking(as(sari), id)).toMatchObject({ user: { name: 'Sari' }, event: { id: event.id, location: event.location } });
    expect(await answerOf(useCases.changeBookingStatus(as(admin), id, { status: 'pending' }))).toBe('done');
    expect(await answerOf(useCases.deleteBooking(as(admin), id))).toBe('done');
  });
});

describe('an event', () => {
  it('is opened with all its tickets, organised by the admin who opens it', async () => {
    const { useCases, rows, ports, admin } = await inMemoryPlatform();
    const { name, location, eventDate, ticketPriceCents, totalTickets } = anEvent();
    const { value: event } = await useCases.createEvent(as(admin), { name, location, eventDate, ticketPriceCents, totalTickets });
    expect(event).toMatchObject({ organizerId: admin.id, description: null, availableTickets: 10, stockVersion: 1, createdAt: NOW });
    expect(await rows.eventRow(event)).toEqual(event);
    expect(await ports.movements(event.id)).toMatchObject([{ reason: 'opened', delta: 10, availableAfter: 10 }]);
  });

  it('in the past is opened in one profile and refused in the other', async () => {
    for (const [policy, answer] of [[OPEN.policy, 'done'] as const, [LOCKED.policy, 'event_is_over'] as const]) {
      const { useCases, admin } = await inMemoryPlatform({ policy });
      const create = (eventDate: Date) => answerOf(useCases.createEvent(as(admin), { ...anEvent(), eventDate }));
      expect([await create(YESTERDAY), await create(TOMORROW)]).toEqual([answer, 'done']);
    }
  });

  it('moves its stock by the difference, and not below what is held', async () => {
    const { useCases, rows, admin, sari, event } = await inMemoryPlatform();
    await useCases.bookTickets(as(sari), { eventId: event.id, quantity: 4 });
    expect(await useCases.changeEvent(as(admin), event.id, { totalTickets: 15 })).toMatchObject({ totalTickets: 15, availableTickets: 11 });
    expect(await answerOf(useCases.changeEvent(as(admin), event.id, { totalTickets: 3 }))).toBe('total_below_held');
    expect(await useCases.changeEvent(as(admin), event.id, { totalTickets: 4 })).toMatchObject({ totalTickets: 4, availableTickets: 0 });
    expect(await rows.available(event)).toBe(0);
  });

  it('is changed by any admin, and stays with its organizer', async () => {
    const { useCases, rows, admin, event } = await inMemoryPlatform();
    const second = await rows.user({ role: 'admin' });
    expect(await useCases.changeEvent(as(second), event.id, { name: 'Blues' })).toMatchObject({ name: 'Blues', organizerId: admin.id });
    expect(await answerOf(useCases.changeEvent(OPERATOR, event.id, { name: 'Soul' }))).toBe('done');
  });

  it('is deleted with its cancelled bookings once none holds tickets, and leaves its ledger', async () => {
    const { useCases, rows, ports, admin, sari, event } = await inMemoryPlatform();
    const {
      value: { id },
    } = await useCases.bookTickets(as(sari), { eventId: event.id, quantity: 1 });
    expect(await answerOf(useCases.deleteEvent(as(admin), event.id))).toBe('event_has_active_bookings');
    await useCases.changeBookingStatus(as(sari), id, { status: 'cancelled' });
    expect(await answersOf([useCases.deleteEvent(as(admin), event.id), useCases.deleteEvent(as(admin), event.id)])).toEqual(['done', 'not_found']);
    expect(await answerOf(useCases.readEvent(as(sari), event.id))).toBe('not_found');
    expect(await rows.bookingRows(sari.id)).toEqual([]);
    expect((await ports.movements(event.id)).map(({ reason }) => reason)).toEqual(['opened', 'booked', 'cancelled', 'closed']);
  });
});
