import type { Event } from '@ticket/domain';
import type { Writes } from '@ticket/domain/spi';
import type { Flaw } from './flaws.ts';
import type { Tables } from './tables.ts';

export const EMPTY: Writes = {
  insertedEvents: [],
  changedEvents: [],
  deletedEvents: [],
  insertedBookings: [],
  changedBookings: [],
  deletedBookings: [],
  movements: [],
  changeCounts: [],
  idempotencyRecords: [],
};

/** The writes of a decision, as the flaw changes them. */
export function flawed(writes: Writes, has: (flaw: Flaw) => boolean, tables: Tables): Writes {
  const { changedEvents, movements } = writes;
  const withEvents = (change: (after: Event, before: Event) => Event) => ({
    ...writes,
    changedEvents: changedEvents.map((each) => ({ ...each, after: change(each.after, each.before) })),
  });
  if (has('a sale touches the time of the last edit')) return withEvents((after) => ({ ...after, updatedAt: new Date() }));
  if (has('an edit does not store the version')) return withEvents((after, before) => ({ ...after, version: before.version }));
  if (has('another status does not store the version'))
    return { ...writes, changedBookings: writes.changedBookings.map((booking) => ({ ...booking, version: 1 })) };
  if (has('moments lose their milliseconds'))
    return {
      ...writes,
      insertedEvents: writes.insertedEvents.map((event) => ({
        ...event,
        eventDate: new Date(Math.floor(event.eventDate.getTime() / 1000) * 1000),
      })),
    };
  if (has('texts lose a space at their end'))
    return { ...writes, insertedEvents: writes.insertedEvents.map((event) => ({ ...event, name: event.name.trimEnd() })) };
  if (has('a line of the ledger is missing for a resize')) return { ...writes, movements: movements.filter(({ reason }) => reason !== 'resized') };
  if (has('available_after of the ledger is that of before'))
    return { ...writes, movements: movements.map((line) => ({ ...line, availableAfter: line.availableAfter - line.delta })) };
  if (has('the stock version is used twice')) return withEvents((after, before) => ({ ...after, stockVersion: before.stockVersion }));
  if (has('a cancellation gives the tickets back twice') && movements.some(({ reason }) => reason === 'cancelled'))
    return withEvents((after, before) => ({ ...after, availableTickets: 2 * after.availableTickets - before.availableTickets }));
  if (has('a deletion gives no tickets back') && writes.deletedBookings.length > 0) return { ...writes, changedEvents: [], movements: [] };
  if (has('a confirmation reads the price again'))
    return {
      ...writes,
      changedBookings: writes.changedBookings.map((booking) => ({
        ...booking,
        totalPriceCents: booking.quantity * (tables.events.get(booking.eventId)?.ticketPriceCents ?? 0),
      })),
    };
  if (has('a deleted event leaves its cancelled bookings') && writes.deletedEvents.length > 0) return { ...writes, deletedBookings: [] };
  if (has('a lost COMMIT is simply sent again')) return withRelativeStock(writes, tables);
  return writes;
}

/** Works like `UPDATE events SET available = available - n`, so a second run subtracts the tickets again. */
function withRelativeStock(writes: Writes, tables: Tables): Writes {
  const changedEvents = writes.changedEvents.map((each) => ({
    ...each,
    get after() {
      const stored = tables.events.get(each.after.id) ?? each.before;
      return { ...each.after, availableTickets: stored.availableTickets + each.after.availableTickets - each.before.availableTickets };
    },
  }));
  return { ...writes, changedEvents };
}
