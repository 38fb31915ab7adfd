import { describe, expect, it } from 'vitest';
import { aBooking, anEvent, NOW } from '../testing/builders.ts';
import type { Booking } from './booking.ts';
import { requireNewBooking, requireNothingHeld, requireRow, requireSameAgain, requireSameBooking, requireSoundEvent } from './decision-checks.ts';
import { type Event, TOTAL_TICKETS_MAX } from './event.ts';

const LATER = new Date(NOW.getTime() + 1);
const NEVER = new Date(Number.NaN);
/** The promise that a check names, or `kept`. */
function promiseOf(check: () => void): string {
  try {
    check();
    return 'kept';
  } catch (error) {
    return String(error).replace('Error: broken promise: ', '');
  }
}
/** The same row in other objects, dates too, as a second run makes it. */
const again = <Row extends Event | Booking>(row: Row): Row => structuredClone(row);

describe('a new event', () => {
  const check = (after: Event, id = after.id) => promiseOf(() => requireSoundEvent(id, undefined, after));

  it('has all its tickets, and any count of them', () => {
    expect([1, TOTAL_TICKETS_MAX].map((totalTickets) => check(anEvent({ totalTickets })))).toEqual(['kept', 'kept']);
  });

  it.each<[string, Partial<Event>]>([
    ['the total of tickets is a count', { totalTickets: 0 }],
    ['the total of tickets is a count', { totalTickets: 1.5 }],
    ['a new event has all its tickets', { availableTickets: 9 }],
    ['a new event has all its tickets', { availableTickets: 11 }],
  ])('is told "%s" for %j', (promise, wrong) => {
    expect(check(anEvent(wrong))).toBe(promise);
  });

  it('has the id that its decision is about', () => {
    expect(check(anEvent(), 'another')).toBe('a decision on an event returns that event');
  });
});

describe('an edit of an event', () => {
  const before = anEvent({ totalTickets: 10, availableTickets: 6 });
  const check = (changes: Partial<Event>) => promiseOf(() => requireSoundEvent(before.id, before, { ...again(before), ...changes }));

  it.each<[string, Partial<Event>]>([
    ['no change', {}],
    ['another name and price', { name: 'Blues', ticketPriceCents: 1 }],
    ['more tickets', { totalTickets: 12, availableTickets: 8 }],
    ['as few tickets as are held', { totalTickets: 4, availableTickets: 0 }],
  ])('may be %s', (_, changes) => {
    expect(check(changes)).toBe('kept');
  });

  it.each<[string, Partial<Event>]>([
    ['a decision on an event returns that event', { id: 'another' }],
    ['the total of tickets is a count', { totalTickets: 10.5, availableTickets: 6.5 }],
    ['an event keeps its organizer', { organizerId: 'another' }],
    ['an event keeps the moment that it was made', { createdAt: LATER }],
    ['an edit of an event moves no ticket that is held', { availableTickets: 7 }],
    ['an edit of an event moves no ticket that is held', { availableTickets: 5 }],
    ['no more tickets are held than there are', { totalTickets: 3, availableTickets: -1 }],
  ])('is told "%s" for %j', (promise, changes) => {
    expect(check(changes)).toBe(promise);
  });
});

describe('a deletion of an event', () => {
  it('needs an event of which no tickets are held, or none', () => {
    const check = (event: Event | undefined) => promiseOf(() => requireNothingHeld(event));
    expect([check(anEvent()), check(undefined)]).toEqual(['kept', 'kept']);
    expect(check(anEvent({ availableTickets: 9 }))).toBe('an event is deleted only while no booking holds tickets');
  });
});

describe('a new booking', () => {
  const event = anEvent();
  const check = (changes: Partial<Booking>, isTaken = false) =>
    promiseOf(() => requireNewBooking(event, aBooking({ eventId: event.id, ...changes }), isTaken));

  it.each<Partial<Booking>>([{}, { quantity: 1 }, { totalPriceCents: 0 }, { status: 'pending' }, { status: 'cancelled' }])(
    'may have %j',
    (changes) => {
      expect(check(changes)).toBe('kept');
    },
  );

  it.each<[string, Partial<Booking>]>([
    ['a booking belongs to the event that is locked for it', { eventId: 'another' }],
    ['the quantity of a booking is a count', { quantity: 0 }],
    ['the price of a booking is whole cents', { totalPriceCents: -1 }],
    ['the price of a booking is whole cents', { totalPriceCents: 0.5 }],
    ['a booking has a date', { bookingDate: NEVER }],
    ['a booking has one of the three statuses', { status: 'paid' as never }],
  ])('is told "%s" for %j', (promise, changes) => {
    expect(check(changes)).toBe(promise);
  });

  it('has an id of its own', () => {
    expect(check({}, true)).toBe('a new booking has an id of its own');
  });
});

describe('a change of a booking', () => {
  const before = aBooking();
  const check = (changes: Partial<Booking>) => promiseOf(() => requireSameBooking(before, { ...again(before), ...changes }));

  it('may be another status', () => {
    expect((['pending', 'confirmed', 'cancelled'] as const).map((status) => check({ status }))).toEqual(['kept', 'kept', 'kept']);
  });

  it.each<[string, Partial<Booking>]>([
    ['a decision on a booking returns that booking', { id: 'another' }],
    ['a booking keeps its event', { eventId: 'another' }],
    ['a booking keeps its user', { userId: 'another' }],
    ['a booking keeps its quantity', { quantity: 3 }],
    ['a booking keeps its price', { totalPriceCents: 1 }],
    ['a booking keeps its date', { bookingDate: LATER }],
    ['a booking has one of the three statuses', { status: 'paid' as never }],
  ])('is told "%s" for %j', (promise, changes) => {
    expect(check(changes)).toBe(promise);
  });
});

describe('the result of a decision', () => {
  const check = (result: unknown) => promiseOf(() => requireRow(result as Event));

  it.each([
    ['nothing', undefined],
    ['an event', anEvent()],
    ['a booking', aBooking()],
  ])('may be %s', (_, result) => {
    expect(check(result)).toBe('kept');
  });

  it.each([
    ['a promise', Promise.resolve()],
    ['null', null],
    ['a text', 'done'],
    ['a function', () => undefined],
  ])('may not be %s', (_, result) => {
    expect(check(result)).toBe('a decision is synchronous, and returns a row or undefined');
  });
});

describe('a second run of a decision', () => {
  const [event, booking] = [anEvent({ description: null }), aBooking()];
  const check = (first: Event | Booking | undefined, second: Event | Booking | undefined) => promiseOf(() => requireSameAgain(first, second));
  const DIFFERENT = 'a decision returns the same when it runs again: time and ids are taken before';

  it('may return the same row in another object, and nothing twice', () => {
    expect([check(event, event), check(event, again(event)), check(booking, again(booking)), check(undefined, undefined)]).toEqual([
      ...['kept', 'kept', 'kept', 'kept'],
    ]);
  });

  it('may return a wrong date or number twice, since other checks judge those', () => {
    const wrong = anEvent({ eventDate: NEVER, ticketPriceCents: Number.NaN });
    expect(check(wrong, again(wrong))).toBe('kept');
  });

  it.each<[string, Event | Booking | undefined, Event | Booking | undefined]>([
    ['another field', booking, { ...booking, quantity: 3 }],
    ['another date', booking, { ...booking, bookingDate: LATER }],
    ['a text in place of a date', booking, { ...booking, bookingDate: 'today' as never }],
    ['a date in place of a text', { ...booking, userId: NOW as never }, { ...booking, userId: 'u1' }],
    ['a field more', booking, { ...booking, note: 1 } as Booking],
    ['a field less', { ...booking, note: 1 } as Booking, booking],
    ['a row after nothing', undefined, booking],
    ['nothing after a row', booking, undefined],
  ])('may not return %s', (_, first, second) => {
    expect(check(first, second)).toBe(DIFFERENT);
  });
});
