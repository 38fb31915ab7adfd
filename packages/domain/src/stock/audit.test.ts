import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inMemoryPlatform } from '../testing/in-memory-platform.ts';
import { answerOf, as, OPERATOR } from '../testing/store.ts';
import { differencesIn, type StockFacts } from './audit.ts';

const RIGHT: StockFacts = {
  eventId: 'e1',
  event: { totalTickets: 10, availableTickets: 6, stockVersion: 3 },
  heldTickets: 4,
  movedTickets: 6,
  movements: 3,
  firstVersion: 1,
  lastVersion: 3,
  availableAfterIsOffBy: 0,
  unmatchedBookings: 0,
  unmatchedBookingId: undefined,
};
const CLOSED: StockFacts = {
  eventId: 'e2',
  event: undefined,
  heldTickets: 0,
  movedTickets: 0,
  movements: 2,
  firstVersion: 1,
  lastVersion: 2,
  availableAfterIsOffBy: 0,
  unmatchedBookings: 0,
  unmatchedBookingId: undefined,
};

describe('books', () => {
  it.each([RIGHT, CLOSED])('that agree have no difference', (facts) => {
    expect(differencesIn(facts)).toEqual([]);
  });

  it.each([
    ['a lost ticket', { event: { totalTickets: 10, availableTickets: 5, stockVersion: 3 } }, ['held_and_available_are_total', 'ledger_is_available']],
    ['a ticket sold twice', { heldTickets: 5 }, ['held_and_available_are_total']],
    ['a ledger that says something else', { movedTickets: 7 }, ['ledger_is_available']],
    ['a missing ledger line', { movements: 2 }, ['versions_have_no_gap']],
    ['a ledger ahead of its event', { movements: 4, lastVersion: 4 }, ['versions_have_no_gap']],
    ['a ledger that begins before its first line', { firstVersion: 0 }, ['versions_have_no_gap']],
    ['a line that does not follow from the one before', { availableAfterIsOffBy: -2 }, ['ledger_lines_follow_each_other']],
    ['a booking without its movement', { unmatchedBookings: 1 }, ['bookings_have_their_movements']],
    ['a booking of an event that is gone', { event: undefined }, ['held_and_available_are_total', 'ledger_is_available']],
  ])('with %s tell so', (_, facts, rules) => {
    expect(differencesIn({ ...RIGHT, ...facts }).map(({ rule }) => rule)).toEqual(rules);
  });

  it('without a ledger are those of an event without movements', () => {
    const unmoved = { ...CLOSED, movements: 0, firstVersion: 0, lastVersion: 0 };
    expect(differencesIn(unmoved)).toEqual([]);
    expect(differencesIn({ ...unmoved, event: { totalTickets: 0, availableTickets: 0, stockVersion: 1 } })).toMatchObject([
      { rule: 'versions_have_no_gap', expected: 1, found: 0 },
    ]);
  });

  it('name one of the bookings that do not match, if it is known', () => {
    const difference = { eventId: 'e1', rule: 'bookings_have_their_movements', expected: 0, found: 2 };
    expect(differencesIn({ ...RIGHT, unmatchedBookings: 2 })).toStrictEqual([difference]);
    expect(differencesIn({ ...RIGHT, unmatchedBookings: 2, unmatchedBookingId: 'b1' })).toStrictEqual([{ ...difference, bookingId: 'b1' }]);
  });

  it('of a deleted event that was not closed tell so', () => {
    expect(differencesIn({ ...CLOSED, movedTickets: 3 })).toEqual([{ eventId: 'e2', rule: 'ledger_is_available', expected: 0, found: 3 }]);
    expect(differencesIn({ ...CLOSED, movements: 1 })).toEqual([{ eventId: 'e2', rule: 'versions_have_no_gap', expected: 2, found: 1 }]);
  });

  it('that differ in any number are never called right', () => {
    const numbers = [
      'heldTickets',
      'movedTickets',
      'movements',
      'firstVersion',
      'lastVersion',
      'availableAfterIsOffBy',
      'unmatchedBookings',
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...numbers), fc.integer({ min: -1000, max: 1000 }), (name, off) => {
        expect(differencesIn({ ...RIGHT, [name]: RIGHT[name] + off }).length > 0).toBe(off !== 0);
      }),
    );
  });
});

describe('an audit', () => {
  it('is for admins and the operator', async () => {
    const { useCases, admin, sari } = await inMemoryPlatform();
    const ask = (context: Parameters<typeof useCases.auditStock>[0]) => answerOf(useCases.auditStock(context).next());
    expect([await ask(OPERATOR), await ask(as(admin)), await ask(as(sari)), await ask({ actor: 'anonymous' })]).toEqual([
      'done',
      'done',
      'forbidden',
      'unauthenticated',
    ]);
  });

  it('counts every event, or looks at one, or says that there is none', async () => {
    const { useCases, rows, event, sari } = await inMemoryPlatform();
    for (let more = 0; more < 120; more++) await rows.event();
    await rows.book(event, { userId: sari.id });
    let events = 0;
    for await (const part of useCases.auditStock(OPERATOR)) {
      events += part.events;
      expect(part.differences).toEqual([]);
    }
    expect(events).toBe(121);
    const parts = [];
    for await (const part of useCases.auditStock(OPERATOR, { eventId: event.id })) parts.push(part);
    expect(parts).toEqual([{ events: 1, differences: [] }]);
    await expect(useCases.auditStock(OPERATOR, { eventId: 'nowhere' }).next()).rejects.toMatchObject({
      code: 'not_found',
      details: { entity: 'event', id: 'nowhere' },
    });
  });

  it('of a platform without events has no part', async () => {
    const { useCases } = await inMemoryPlatform({ stockQueries: { page: async () => [], find: async () => [] } });
    expect(await useCases.auditStock(OPERATOR).next()).toEqual({ done: true, value: undefined });
  });
});
