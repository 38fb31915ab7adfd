import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOOKING_STATUSES, type Booking, heldBy } from '../stock/booking.ts';
import { aBooking, NOW } from '../testing/builders.ts';
import { BookingTable } from './index.ts';

const [IDS, USERS, EVENTS] = [
  ['b1', 'b2', 'b3', 'b4', 'b5', 'b6'],
  ['u1', 'u2'],
  ['e1', 'e2', 'e3'],
];
const minutesLater = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

const booking = fc
  .record({
    id: fc.constantFrom(...IDS),
    userId: fc.constantFrom(...USERS),
    eventId: fc.constantFrom(...EVENTS),
    quantity: fc.integer({ min: 1, max: 4 }),
    status: fc.constantFrom(...BOOKING_STATUSES),
    bookingDate: fc.integer({ min: 0, max: 5 }).map(minutesLater),
  })
  .map(aBooking);
const step = fc.oneof(
  { weight: 6, arbitrary: booking.map((row) => ({ does: 'set', row }) as const) },
  { weight: 3, arbitrary: fc.constantFrom(...IDS).map((id) => ({ does: 'delete', id }) as const) },
  { weight: 1, arbitrary: fc.constant({ does: 'clear' } as const) },
);
const byId = (rows: Iterable<Booking>) => [...rows].sort((one, other) => (one.id < other.id ? -1 : 1));

describe('the index of bookings', () => {
  it('finds what a filter of all bookings finds, after any sets and deletes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: -1, max: 5 }), fc.integer({ min: -1, max: 6 }), (steps, after, upTo) => {
        const table = new BookingTable();
        const plain = new Map<string, Booking>();
        for (const one of steps)
          for (const rows of [table, plain]) {
            if (one.does === 'set') rows.set(one.row.id, one.row);
            else if (one.does === 'delete') rows.delete(one.id);
            else rows.clear();
          }
        const all = [...plain.values()];
        expect([...table]).toEqual([...plain]);
        expect(table.eventIds().sort()).toEqual([...new Set(all.map(({ eventId }) => eventId))].sort());
        for (const userId of USERS) expect(byId(table.ofUser(userId))).toEqual(byId(all.filter((row) => row.userId === userId)));
        for (const eventId of EVENTS) {
          expect(byId(table.ofEvent(eventId))).toEqual(byId(all.filter((row) => row.eventId === eventId)));
          for (const userId of USERS) {
            const rows = all.filter((row) => row.eventId === eventId && row.userId === userId);
            const own = table.own({ userId, eventId });
            expect(own?.tickets ?? 0).toBe(rows.reduce((sum, row) => sum + heldBy(row), 0));
            const [from, to] = [minutesLater(after), minutesLater(Math.max(after, upTo))];
            const dates = rows.map(({ bookingDate }) => bookingDate.getTime()).filter((at) => at > from.getTime() && at <= to.getTime());
            const first = dates.length === 0 ? undefined : new Date(Math.min(...dates));
            expect(own?.madeWithin({ from, to }) ?? { made: 0, firstMadeAt: undefined }).toEqual({ made: dates.length, firstMadeAt: first });
          }
        }
      }),
    );
  });

  it('is that of the rows it is made with', () => {
    const [one, other] = [aBooking(), aBooking()];
    const table = new BookingTable(new Map([one, other].map((row) => [row.id, row])));
    expect(new BookingTable(table).ofUser(one.userId)).toEqual([one]);
  });
});
