import type {
  BookingFilter,
  BookingQueries,
  BookingView,
  EventFilter,
  EventQueries,
  EventView,
  Freshness,
  PageRequest,
  Person,
} from '@ticket/domain';
import { placeOfUser, type UserFilter, type UserQueries } from '@ticket/domain/accounts';
import { placeOf } from '@ticket/domain/spi';
import { bookingOrderOf } from './booking-lists.ts';
import type { Database } from './database.ts';
import { orderOf } from './event-lists.ts';
import { countOf, cursorOf, cut, type Entry, pageOf, type Rows, walked } from './list-statements.ts';
import {
  BOOKING_COLUMNS,
  type BookingColumns,
  EVENT_COLUMNS,
  type EventColumns,
  toBooking,
  toDate,
  toEvent,
  toUser,
  USER_COLUMNS,
  type UserColumns,
} from './rows.ts';
import type { Accounts } from './schemas.ts';
import { cachedShape, sharedLookUp, sharedRead } from './shared-reads.ts';
import { placesFor } from './statement.ts';
import { userOrderOf } from './user-lists.ts';
import { foundByWords } from './word-search.ts';
import { EVENT_WORDS, USER_WORDS } from './word-tables.ts';

/**
 * The read models. Equal requests share one statement. No write is decided on these rows alone. If many rows refer to the same user or
 * event, they share one object, so that its text is rendered once.
 */
const EVENT_VIEW = `SELECT ${EVENT_COLUMNS.map((column) => `events.${column}`).join(', ')}`;
const ORGANIZER: Readonly<Record<Accounts, { readonly columns: string; readonly join: string }>> = {
  ours: { columns: ', users.name AS organizer_name, users.email AS organizer_email', join: 'LEFT JOIN users ON users.id = events.organizer_id' },
  none: { columns: '', join: '' },
};
type EventViewColumns = EventColumns & { readonly organizer_name?: string; readonly organizer_email?: string };

function toEventViews(rows: readonly EventViewColumns[]): readonly EventView[] {
  const organizers = new Map<string, Person>();
  return rows.map((row) => {
    const { organizer_id: id, organizer_name: name, organizer_email: email } = row;
    if (name === undefined || email === undefined) return { organizer: undefined, ...toEvent(row) };
    const organizer = organizers.get(id) ?? { id, name, email };
    organizers.set(id, organizer);
    return { organizer, ...toEvent(row) };
  });
}

export class TypeOrmEventQueries implements EventQueries {
  readonly find: EventQueries['find'];
  readonly list: EventQueries['list'];
  readonly count: EventQueries['count'];

  constructor(database: Database) {
    const { columns, join } = ORGANIZER[database.accounts];
    const rowsOf = ({ from, which, parameters }: Rows, freshness?: Freshness) =>
      database.query<EventViewColumns>(`${EVENT_VIEW}${columns} FROM ${from} ${join} ${which}`, parameters, { freshness });
    this.find = sharedLookUp(async (ids, freshness) =>
      toEventViews(await rowsOf({ from: 'events', which: `WHERE events.id IN (${placesFor(ids)})`, parameters: ids }, freshness)),
    );
    const views = cachedShape(toEventViews); // all clients read this list, and usually only a few of its rows change
    this.list = sharedRead(async (part: PageRequest & EventFilter) => {
      const order = orderOf(database, part);
      const { words } = part;
      const read = async (rows: Rows) => toEventViews(await rowsOf(rows));
      if (words !== undefined) return foundByWords(database, EVENT_WORDS, words, part, order, read, (event) => placeOf(part, event));
      const { rows, isMore } = cut(part, await rowsOf(pageOf(database, part, order)));
      return { rows: views(part, rows), isMore };
    });
    this.count = sharedRead((filter: EventFilter) => countOf(database, 'events', orderOf(database, filter).where ?? []));
  }
}

export class TypeOrmBookingQueries implements BookingQueries {
  readonly find: BookingQueries['find'];
  readonly list: BookingQueries['list'];
  readonly count: BookingQueries['count'];

  constructor(database: Database) {
    // Users and events are looked up once for each part of a list. A join would send and parse a user and an event with each of thousands of rows.
    const viewsOf = (
      { from, which, parameters }: Rows,
      { asked = 'plain', more = '', seen = () => undefined }: { asked?: Freshness; more?: string; seen?: (row: BookingColumns & Entry) => void } = {},
    ): Promise<readonly BookingView[]> =>
      complete(asked, async (freshness) => {
        const read: Read = (sql, values) => database.query(sql, values, { freshness });
        const rows = await read<BookingColumns & Entry>(`SELECT ${BOOKING_COLUMNS.join(', ')}${more} FROM ${from} ${which}`, parameters);
        const ownerIds = rows.map((row) => row.user_id);
        const [users, events] = await Promise.all([
          database.accounts === 'ours' ? peopleOf(read, ownerIds) : undefined,
          occasionsOf(
            read,
            rows.map((row) => row.event_id),
          ),
        ]);
        return rows.map((row) => {
          seen(row);
          const [user, event] = [users?.get(row.user_id), events.get(row.event_id)];
          if (event === undefined || (users !== undefined && user === undefined)) return undefined;
          return Object.assign(toBooking(row), { user, event }); // a spread would copy the row, which is slow in a list of thousands
        });
      });
    this.find = sharedLookUp((ids, asked) => viewsOf({ from: 'bookings', which: `WHERE id IN (${placesFor(ids)})`, parameters: ids }, { asked }));
    this.list = sharedRead(async (part: PageRequest & BookingFilter) => {
      const { order, unserved } = bookingOrderOf(database, part);
      if (unserved.length === 0) return cut(part, await viewsOf(pageOf(database, part, order)));
      const entries = new Map<string, Entry['part_at']>();
      const read = (rows: Rows) => viewsOf(rows, { more: ', part_at', seen: ({ id, part_at }) => entries.set(id, part_at) });
      return walked(database, part, order, { table: 'bookings', conditions: unserved }, read, ({ id }) => cursorOf(entries.get(id), id));
    });
    this.count = sharedRead(({ upTo, ...filter }: Parameters<BookingQueries['count']>[0]) => {
      const { order, unserved } = bookingOrderOf(database, filter);
      return countOf(database, 'bookings', [...(order.where ?? []), ...unserved], upTo);
    });
  }
}

type Read = <Row>(sql: string, parameters: readonly unknown[]) => Promise<readonly Row[]>;
const peopleOf = async (read: Read, ids: readonly string[]): Promise<ReadonlyMap<string, Person>> =>
  byId(await rowsById<Person>(read, 'SELECT id, name, email FROM users', ids));

async function occasionsOf(read: Read, ids: readonly string[]): Promise<ReadonlyMap<string, BookingView['event']>> {
  type Columns = Pick<EventColumns, 'id' | 'name' | 'location' | 'event_date'>;
  const rows = await rowsById<Columns>(read, 'SELECT id, name, location, event_date FROM events', ids);
  return byId(rows.map(({ event_date, ...row }) => ({ eventDate: toDate(event_date), ...row })));
}

async function rowsById<Row>(read: Read, select: string, ids: readonly string[]): Promise<readonly Row[]> {
  const each = [...new Set(ids)];
  return each.length === 0 ? [] : read<Row>(`${select} WHERE id IN (${placesFor(each)})`, each);
}

const byId = <Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> => new Map(rows.map((row) => [row.id, row]));

const COMPLETE_TRIES = 5;

/**
 * Reads again from the primary if a row refers to a missing row. Both may have been deleted between two statements, or one replica may be
 * ahead of another.
 */
async function complete<View>(asked: Freshness, read: (freshness: Freshness) => Promise<readonly (View | undefined)[]>): Promise<readonly View[]> {
  for (let tries = 0; tries < COMPLETE_TRIES; tries++) {
    const views = await read(tries === 0 ? asked : 'latest');
    const found = views.filter((view) => view !== undefined);
    if (found.length === views.length) return found;
  }
  throw new Error('rows refer to an event or a user that does not exist: something wrote around the foreign keys');
}

export class TypeOrmUserQueries implements UserQueries {
  readonly list: UserQueries['list'];
  readonly count: UserQueries['count'];

  constructor(database: Database) {
    const read = async ({ from, which, parameters }: Rows) =>
      (await database.query<UserColumns>(`SELECT ${USER_COLUMNS.join(', ')} FROM ${from} ${which}`, parameters)).map(toUser);
    this.list = sharedRead(async (part: PageRequest & UserFilter) => {
      const order = userOrderOf(database, part);
      const { words } = part;
      if (words !== undefined) return foundByWords(database, USER_WORDS, words, part, order, read, (user) => placeOfUser(part, user));
      return cut(part, await read(pageOf(database, part, order)));
    });
    this.count = sharedRead((filter: Pick<UserFilter, 'role'>) => countOf(database, 'users', userOrderOf(database, filter).where ?? []));
  }
}
