import type { Booking, BookingView, Cursor, Event, EventView, PageRequest, PageRows } from '@ticket/domain';
import type { StockFacts } from '@ticket/domain/spi';
import { sumsOf } from '../stock-facts.ts';
import type { FullStore, StoredRows } from '../store.ts';
import type { Flaw } from './flaws.ts';
import { recordName, type Tables } from './tables.ts';

type Reads = Pick<FullStore, 'idempotencyRecords' | 'eventQueries' | 'bookingQueries' | 'stockQueries'>;

/** The reads of the step store, and its rows as the kit looks at them. */
export function readsOf(tables: Tables, has: (flaw: Flaw) => boolean): { readonly reads: Reads; readonly stored: StoredRows } {
  const { events, bookings, ledger, records } = tables;
  const absent = new Set<string>();
  const remembered = new Map<string, { readonly view: EventView; readonly until: number }>();
  const rowNumbers = new Map<string, number>();

  function viewOf(booking: Booking): BookingView {
    const event = events.get(booking.eventId);
    if (event === undefined) throw new Error(`booking ${booking.id} has no event`);
    return { ...booking, user: undefined, event: { id: event.id, name: event.name, location: event.location, eventDate: event.eventDate } };
  }

  function pageOf<Row extends { readonly id: string }>(
    all: readonly Row[],
    atOf: (row: Row) => Date,
    direction: 1 | -1,
    { after, offset, limit }: PageRequest,
  ): PageRows<Row> {
    const compare = (one: Cursor, other: Cursor) =>
      direction *
      (one.at.getTime() - other.at.getTime() || (has('the cursor compares the date alone') ? 0 : one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
    const cursorOf = (row: Row): Cursor => ({ at: atOf(row), id: row.id });
    const ordered = all.toSorted((one, other) => direction * (atOf(one).getTime() - atOf(other).getTime() || (one.id < other.id ? -1 : 1)));
    const number = after === undefined ? undefined : rowNumbers.get(after.id);
    const behind =
      has('the cursor is the number of a row') && number !== undefined
        ? ordered.slice(number)
        : ordered.filter((row) => after === undefined || compare(cursorOf(row), after) > 0);
    const rows = behind.slice(offset, offset + limit);
    for (const row of rows) rowNumbers.set(row.id, (after === undefined ? 0 : (rowNumbers.get(after.id) ?? 0)) + rows.indexOf(row) + 1);
    return { rows, isMore: behind.length > offset + limit };
  }

  const idsOfEvents = () =>
    [...new Set([...events.keys(), ...(has('an audit leaves deleted events out') ? [] : ledger.map(({ eventId }) => eventId))])].sort();
  async function factsOf(eventId: string): Promise<StockFacts> {
    const event = events.get(eventId);
    if (has('an audit reads table by table')) await tables.statement();
    const own = [...bookings.values()].filter((booking) => booking.eventId === eventId);
    if (has('an audit reads table by table')) await tables.statement();
    return {
      eventId,
      ...sumsOf(
        event,
        own,
        ledger.filter((line) => line.eventId === eventId),
      ),
    };
  }

  const reads: Reads = {
    idempotencyRecords: {
      find: async (owner, key) => {
        await tables.statement();
        return records.get(recordName(owner, key));
      },
      forget: async (age, limit) => {
        await tables.statement();
        const ageMs = has('answers are forgotten by seconds') ? age * 1000 : age;
        const old = [...records].filter(([, { at }]) => at < Date.now() - ageMs).slice(0, limit);
        for (const [name] of old) records.delete(name);
        return old.length;
      },
    },
    eventQueries: {
      find: async (id) => {
        await tables.statement();
        if (has('“not found” is remembered') && absent.has(id)) return undefined;
        const event = events.get(id);
        if (event === undefined) absent.add(id);
        const known = remembered.get(id);
        if (has('a read is remembered for a moment') && known !== undefined && known.until > performance.now()) return known.view;
        if (event !== undefined) remembered.set(id, { view: { ...event, organizer: undefined }, until: performance.now() + 1000 });
        return event && { ...event, organizer: undefined };
      },
      list: async (part) => {
        await tables.statement();
        const { rows, isMore } = pageOf<Event>([...events.values()], ({ eventDate }) => eventDate, 1, part);
        return { rows: rows.map((event) => ({ ...event, organizer: undefined })), isMore };
      },
      count: async () => {
        await tables.statement();
        return events.size;
      },
    },
    bookingQueries: {
      find: async (id) => {
        await tables.statement();
        const booking = bookings.get(id);
        return booking && viewOf(booking);
      },
      list: async ({ userId, ...part }) => {
        await tables.statement();
        const own = [...bookings.values()].filter((booking) => userId === undefined || booking.userId === userId);
        const { rows, isMore } = pageOf<Booking>(own, ({ bookingDate }) => bookingDate, -1, part);
        return { rows: rows.map(viewOf), isMore };
      },
      count: async ({ userId, upTo = Number.POSITIVE_INFINITY }) => {
        await tables.statement();
        const found = [...bookings.values()].filter((booking) => userId === undefined || booking.userId === userId).length;
        return Math.min(found, has('a count goes no further than its limit') ? upTo : upTo + 1);
      },
    },
    stockQueries: {
      page: async (after, limit) => {
        await tables.statement();
        const ids = idsOfEvents().filter((id) => after === undefined || id > after);
        return Promise.all(ids.slice(0, limit).map(factsOf));
      },
      find: async (eventId) => {
        await tables.statement();
        return idsOfEvents().includes(eventId) ? [await factsOf(eventId)] : [];
      },
    },
  };
  const stored: StoredRows = {
    event: async (id) => events.get(id),
    bookings: async (eventId) => [...bookings.values()].filter((booking) => booking.eventId === eventId),
    movements: async (eventId) => ledger.filter((line) => line.eventId === eventId).toSorted((one, other) => one.stockVersion - other.stockVersion),
  };
  return { reads, stored };
}
