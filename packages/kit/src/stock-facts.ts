import { type Booking, type Difference, differencesIn, type Event, heldBy, type StockMovement } from '@ticket/domain';
import type { StoredRows } from './store.ts';

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** Audits rows that were read, as `differencesIn` of the domain does. The kit adds them up itself: the store's own audit is not believed. */
export async function differencesOf(stored: StoredRows, eventId: string): Promise<readonly Difference[]> {
  const [event, bookings, movements] = [await stored.event(eventId), await stored.bookings(eventId), await stored.movements(eventId)];
  return differencesIn({ eventId, ...sumsOf(event, bookings, movements) });
}

export function sumsOf(event: Event | undefined, bookings: readonly Booking[], movements: readonly StockMovement[]) {
  const lines = movements.toSorted((one, other) => one.stockVersion - other.stockVersion);
  const versions = lines.map(({ stockVersion }) => stockVersion);
  const moved = new Map<string, number>();
  for (const { bookingId, delta } of lines) if (bookingId !== null) moved.set(bookingId, (moved.get(bookingId) ?? 0) + delta);
  const held = new Map(bookings.map((booking) => [booking.id, heldBy(booking)]));
  const unmatched = [...new Set([...moved.keys(), ...held.keys()])].filter(
    (id) => !moved.has(id) || (moved.get(id) ?? 0) + (held.get(id) ?? 0) !== 0,
  );
  let running = 0;
  const offs = lines.map(({ delta, availableAfter }) => {
    running += delta;
    return availableAfter - running;
  });
  return {
    event,
    heldTickets: sumOf([...held.values()]),
    movedTickets: running,
    movements: lines.length,
    firstVersion: versions[0] ?? 0,
    lastVersion: versions.at(-1) ?? 0,
    // Absolute values, so that a line that is too high and one that is too low do not cancel each other out.
    availableAfterIsOffBy: sumOf(offs.map(Math.abs)),
    unmatchedBookings: unmatched.length,
    unmatchedBookingId: unmatched.toSorted()[0],
  };
}

export const wordsOfDifference = ({ eventId, rule, expected, found, bookingId }: Difference): string =>
  `event ${eventId}: ${rule}: expected ${expected}, found ${found}${bookingId === undefined ? '' : ` (booking ${bookingId})`}`;
