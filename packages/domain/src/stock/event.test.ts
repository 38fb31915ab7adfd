import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anEvent, NOW } from '../testing/builders.ts';
import {
  changedEvent,
  heldTickets,
  isDescription,
  isEventDate,
  isEventName,
  isLocation,
  isTicketCount,
  isTicketPrice,
  moveStock,
  type NewEvent,
  newEvent,
  TICKET_PRICE_CENTS_MAX,
  TOTAL_TICKETS_MAX,
} from './event.ts';

const LATER = new Date('2030-06-16T00:00:00.000Z');
const plan: NewEvent = {
  name: 'Jazz',
  description: 'Loud.',
  location: 'Palembang',
  eventDate: new Date('2031-01-01T19:00:00.000Z'),
  ticketPriceCents: 150_000,
  totalTickets: 10,
};
const open = (overrides: Partial<NewEvent> = {}) => newEvent({ ...plan, ...overrides }, { id: 'e1', organizerId: 'u1', now: NOW });
const refusal = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};
/** An event of which some tickets are held. */
const someEvent = fc
  .record({ total: fc.integer({ min: 1, max: TOTAL_TICKETS_MAX }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ total, share }) => anEvent({ totalTickets: total, availableTickets: Math.floor(total * share) }));

describe('limits', () => {
  it('of a price: whole cents, nothing to 99,999,999.99', () => {
    expect([0, 1, TICKET_PRICE_CENTS_MAX].map(isTicketPrice)).toEqual([true, true, true]);
    expect([-1, 0.5, TICKET_PRICE_CENTS_MAX + 1, Number.NaN, Number.POSITIVE_INFINITY].map(isTicketPrice)).toEqual(Array(5).fill(false));
  });

  it('of a number of tickets: whole, 1 to 900,000', () => {
    expect([1, 900_000].map(isTicketCount)).toEqual([true, true]);
    expect([0, -1, 1.5, 900_001, 1e308, 2 ** 53, Number.NaN].map(isTicketCount)).toEqual(Array(7).fill(false));
  });

  it('keep every sum of money a safe integer', () => {
    expect(Number.isSafeInteger(TICKET_PRICE_CENTS_MAX * TOTAL_TICKETS_MAX)).toBe(true);
    expect(BigInt(TICKET_PRICE_CENTS_MAX * TOTAL_TICKETS_MAX)).toBe(BigInt(TICKET_PRICE_CENTS_MAX) * BigInt(TOTAL_TICKETS_MAX));
  });

  it('of a date: the years 1970 to 9999', () => {
    expect(['1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'].map((iso) => isEventDate(new Date(iso)))).toEqual([true, true]);
    expect([-1, 253_402_300_800_000, Number.NaN].map((time) => isEventDate(new Date(time)))).toEqual([false, false, false]);
  });

  it('of texts', () => {
    expect([isEventName('🎷'.repeat(255)), isLocation('🎷'.repeat(255)), isDescription('🎷'.repeat(10_000)), isDescription('')]).toEqual(
      Array(4).fill(true),
    );
    expect([isEventName('🎷'.repeat(256)), isLocation(' '), isDescription('🎷'.repeat(10_001)), isDescription('\u0000')]).toEqual(
      Array(4).fill(false),
    );
  });
});

describe('a new event', () => {
  it('has all its tickets in stock and no movement yet', () => {
    const { eventDate } = plan;
    expect(open()).toEqual({
      id: 'e1',
      organizerId: 'u1',
      name: 'Jazz',
      description: 'Loud.',
      location: 'Palembang',
      eventDate,
      ticketPriceCents: 150_000,
      totalTickets: 10,
      availableTickets: 10,
      stockVersion: 0,
      version: 1,
      createdAt: NOW,
      updatedAt: NOW,
    });
  });

  it('needs no description', () => {
    expect([open({ description: undefined }).description, open({ description: null }).description]).toEqual([null, null]);
  });

  it('is refused for all that is wrong, at once', () => {
    const wrong = { name: '', description: '\u0000', location: '', eventDate: new Date(Number.NaN), ticketPriceCents: 0.5, totalTickets: 0 };
    expect(refusal(() => open(wrong))).toMatchObject({
      code: 'invalid_input',
      details: {
        faults: [
          { field: 'name', message: 'a name has 1 to 255 visible characters' },
          { field: 'description', message: 'at most 10000 characters' },
          { field: 'location', message: 'a location has 1 to 255 visible characters' },
          { field: 'eventDate', message: 'a date between the years 1970 and 9999' },
          { field: 'ticketPriceCents', message: 'whole cents, 0 to 9999999999' },
          { field: 'totalTickets', message: 'a whole number, 1 to 900000' },
        ],
      },
    });
  });

  it('takes nothing from its input but what it knows', () => {
    const greedy = { ...plan, id: 'e2', organizerId: 'u2', availableTickets: 99, stockVersion: 7 };
    expect(newEvent(greedy, { id: 'e1', organizerId: 'u1', now: NOW })).toEqual(open());
  });
});

describe('a changed event', () => {
  it.each([
    ['a name', { name: 'Blues' }, { name: 'Blues' }],
    ['its description taken away', { description: null }, { description: null }],
    ['a price', { ticketPriceCents: 1 }, { ticketPriceCents: 1 }],
    ['more tickets', { totalTickets: 15 }, { totalTickets: 15, availableTickets: 11 }],
    ['all but the held tickets taken away', { totalTickets: 4 }, { totalTickets: 4, availableTickets: 0 }],
  ])('has %s, and the rest as it was', (_, changes, expected) => {
    const event = anEvent({ totalTickets: 10, availableTickets: 6 });
    expect(changedEvent(event, changes, LATER)).toEqual({ ...event, ...expected, updatedAt: LATER });
  });

  it('is itself, last edited when it was, for changes that change nothing', () => {
    const event = anEvent();
    const { name, description, location, eventDate, ticketPriceCents, totalTickets } = event;
    const same = { name, description, location, eventDate: new Date(eventDate), ticketPriceCents, totalTickets };
    for (const changes of [{}, { name: undefined, totalTickets: undefined }, same]) expect(changedEvent(event, changes, LATER)).toBe(event);
  });

  it('is itself, last edited when it was, for changes that change nothing', () => {
    const event = anEvent({ totalTickets: 10, availableTickets: 6 });
    const { name, description, location, eventDate, ticketPriceCents } = event;
    const same = { name, description, location, eventDate: new Date(eventDate), ticketPriceCents, totalTickets: 10 };
    for (const changes of [{}, same, { name: undefined, description: undefined, totalTickets: undefined }]) {
      expect(changedEvent(event, changes, LATER)).toBe(event);
    }
  });

  it.each([
    { name: 'Blues' },
    { description: null },
    { location: 'Jakarta' },
    { eventDate: new Date('2031-01-02T19:00:00.001Z') },
    { ticketPriceCents: 0 },
    { totalTickets: 11 },
  ])('is another, edited now, for %j', (changes) => {
    expect(changedEvent(anEvent(), changes, LATER).updatedAt).toEqual(LATER);
  });

  it('keeps its stock whatever the input claims of it', () => {
    const event = anEvent({ totalTickets: 10, availableTickets: 6 });
    const greedy = { name: 'Blues', availableTickets: 1_000_000, stockVersion: 99, id: 'e2', organizerId: 'u2' };
    expect(changedEvent(event, greedy, LATER)).toEqual({ ...event, name: 'Blues', updatedAt: LATER });
  });

  it('is refused when bookings hold more than the new total, and says how many', () => {
    const event = anEvent({ totalTickets: 10, availableTickets: 6 });
    expect(refusal(() => changedEvent(event, { totalTickets: 3 }, LATER))).toMatchObject({
      code: 'total_below_held',
      details: { held: 4, requested: 3 },
    });
  });

  it.each([0, -1, 1.5, TOTAL_TICKETS_MAX + 1])('is refused with %d tickets when none are held', (totalTickets) => {
    expect(refusal(() => changedEvent(anEvent(), { totalTickets }, LATER))).toMatchObject({
      code: expect.stringMatching(/invalid_input|total_below_held/),
    });
  });

  it('holds as many tickets as before and never has fewer than none', () => {
    fc.assert(
      fc.property(someEvent, fc.integer({ min: 1, max: TOTAL_TICKETS_MAX }), (event, totalTickets) => {
        const changed = refusal(() => changedEvent(event, { totalTickets }, LATER));
        if (totalTickets < heldTickets(event)) expect(changed).toMatchObject({ code: 'total_below_held' });
        else expect(changed).toMatchObject({ totalTickets, availableTickets: totalTickets - heldTickets(event) });
      }),
    );
  });
});

describe('stock', () => {
  it('moves by what is held after less what was held before', () => {
    const event = anEvent({ totalTickets: 10, availableTickets: 6 });
    expect(moveStock(event, { before: 0, after: 6 }).availableTickets).toBe(0);
    expect(moveStock(event, { before: 4, after: 0 }).availableTickets).toBe(10);
    expect(moveStock(event, { before: 3, after: 3 })).toEqual(event);
  });

  it('refuses what is not left, and says how many are', () => {
    const event = anEvent({ totalTickets: 10, availableTickets: 6 });
    expect(refusal(() => moveStock(event, { before: 0, after: 7 }))).toMatchObject({
      code: 'insufficient_tickets',
      details: { available: 6, requested: 7 },
    });
  });

  it('never takes back more than was given', () => {
    const event = anEvent({ totalTickets: 10, availableTickets: 6 });
    expect(() => moveStock(event, { before: 5, after: 0 })).toThrow('broken promise');
  });

  it('is between nothing and the total after any movement, and nothing else of the event changes', () => {
    fc.assert(
      fc.property(someEvent, fc.nat(TOTAL_TICKETS_MAX), fc.nat(TOTAL_TICKETS_MAX), (event, one, after) => {
        const before = Math.min(one, heldTickets(event));
        if (after - before > event.availableTickets) {
          expect(refusal(() => moveStock(event, { before, after }))).toMatchObject({ code: 'insufficient_tickets' });
          return;
        }
        const moved = moveStock(event, { before, after });
        expect(moved).toEqual({ ...event, availableTickets: event.availableTickets + before - after });
        expect(moved.availableTickets).toBeGreaterThanOrEqual(0);
        expect(moved.availableTickets).toBeLessThanOrEqual(moved.totalTickets);
      }),
    );
  });
});
