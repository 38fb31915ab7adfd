import type { Booking, BookingFilter, BookingView, Cursor, Event, EventFilter, EventView, PageRequest, PageRows } from '@ticket/domain';
import { placeOf, type StockFacts, searchedWordsOf } from '@ticket/domain/spi';
import { sumsOf } from '../stock-facts.ts';
import type { FullStore, StoredRows } from '../store.ts';
import type { Flaw } from './flaws.ts';
import { recordName, type Tables } from './tables.ts';

type Reads = Pick<FullStore, 'idempotencyRecords' | 'eventQueries' | 'bookingQueries' | 'stockQueries'>;

const difference = (one: Cursor['at'], other: Cursor['at']): number =>
  typeof one === 'string' ? (one < String(other) ? -1 : one > String(other) ? 1 : 0) : Number(one) - Number(other);

const isWithin = (at: Date, from: Date | undefined, to: Date | undefined): boolean =>
  (from === undefined || at >= from) && (to === undefined || at < to);

function isListed(
  event: Event,
  { from, to, isAvailable, modifiedSince, words = [] }: EventFilter,
  matches: (own: string, word: string) => boolean,
): boolean {
  const own = words.length === 0 ? [] : searchedWordsOf(event);
  return (
    isWithin(event.eventDate, from, to) &&
    isWithin(event.updatedAt, modifiedSince, undefined) &&
    (isAvailable === undefined || event.availableTickets > 0) &&
    words.every((word) => own.some((one) => matches(one, word)))
  );
}

/** The queries of the step store, and its rows as the kit reads them. */
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
    cursorOf: (row: Row) => Cursor,
    order: 1 | -1,
    { after, offset, limit, reversed = false }: PageRequest,
  ): PageRows<Row> {
    const direction = reversed ? -order : order;
    const tie = (one: Cursor, other: Cursor) =>
      (has('the opposite order leaves equal rows as they were') ? order : direction) * (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
    const compare = (one: Cursor, other: Cursor) => direction * difference(one.at, other.at) || tie(one, other);
    const isBehind = (one: Cursor, other: Cursor) =>
      (has('the cursor compares the date alone') ? direction * difference(one.at, other.at) : compare(one, other)) > 0;
    const ordered = all.toSorted((one, other) => compare(cursorOf(one), cursorOf(other)));
    const number = after === undefined ? undefined : rowNumbers.get(after.id);
    const behind =
      has('the cursor is the number of a row') && number !== undefined
        ? ordered.slice(number)
        : ordered.filter((row) => after === undefined || isBehind(cursorOf(row), after));
    const rows = behind.slice(offset, offset + limit);
    for (const row of rows) rowNumbers.set(row.id, (after === undefined ? 0 : (rowNumbers.get(after.id) ?? 0)) + rows.indexOf(row) + 1);
    const [first, last] = [rows.at(0), rows.at(-1)];
    return { rows, isMore: behind.length > offset + limit, start: first && cursorOf(first), end: last && cursorOf(last) };
  }

  const matches = (own: string, word: string): boolean => (has('a search finds whole words alone') ? own === word : own.startsWith(word));
  const listedEvents = (filter: EventFilter): Event[] => [...events.values()].filter((event) => isListed(event, filter, matches));
  const listedBookings = ({ userId, eventId, status, from, to }: BookingFilter): Booking[] =>
    [...bookings.values()].filter(
      (booking) =>
        (userId === undefined || booking.userId === userId) &&
        (eventId === undefined || booking.eventId === eventId) &&
        (status === undefined || booking.status === status || has('a list of bookings takes any status')) &&
        isWithin(booking.bookingDate, from, to),
    );

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
        const { rows, ...page } = pageOf<Event>(listedEvents(part), (event) => placeOf(part, event), 1, part);
        return { ...page, rows: rows.map((event) => ({ ...event, organizer: undefined })) };
      },
      count: async (filter) => {
        await tables.statement();
        return has('a count has no filter') ? events.size : listedEvents(filter).length;
      },
    },
    bookingQueries: {
      find: async (id) => {
        await tables.statement();
        const booking = bookings.get(id);
        return booking && viewOf(booking);
      },
      list: async (part) => {
        await tables.statement();
        const isOfAnEvent =
          part.userId === undefined && part.eventId !== undefined && !has('the bookings of an event are in the order of their dates');
        const soldAt = (id: string) => ledger.find(({ bookingId, reason }) => bookingId === id && reason === 'booked')?.stockVersion ?? 0;
        const cursorOf = ({ id, bookingDate }: Booking): Cursor => ({ at: isOfAnEvent ? soldAt(id) : bookingDate, id });
        const { rows, ...page } = pageOf<Booking>(listedBookings(part), cursorOf, -1, part);
        return { ...page, rows: rows.map(viewOf) };
      },
      count: async ({ upTo = Number.POSITIVE_INFINITY, ...filter }) => {
        await tables.statement();
        return Math.min(listedBookings(filter).length, has('a count goes no further than its limit') ? upTo : upTo + 1);
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
