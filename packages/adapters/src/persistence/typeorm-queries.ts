import type { BookingQueries, BookingView, EventQueries, EventView, Part, Position, UserQueries } from '@ticket/domain';
import type { Database } from './database.ts';
import { type BookingColumns, type EventColumns, toBooking, toDate, toEvent, toUser, USER_COLUMNS, type UserColumns } from './rows.ts';
import { sharedLookUp, sharedRead } from './shared-reads.ts';
import { sqliteMoment } from './writing.ts';

/** Read models: one narrow statement each, shared among all who ask the same, shaped here. Nothing of them feeds a decision. */

const EVENT_VIEW = `SELECT e.id, e.organizer_id, e.name, e.description, e.location, e.event_date, e.ticket_price_cents, e.total_tickets,
  e.available_tickets, e.stock_version, e.createdAt, e.updatedAt, u.name AS organizer_name, u.email AS organizer_email
  FROM events e LEFT JOIN users u ON u.id = e.organizer_id`;
type EventViewColumns = EventColumns & { readonly organizer_name: string; readonly organizer_email: string };

const toEventView = (row: EventViewColumns): EventView => ({
  ...toEvent(row),
  organizer: { id: row.organizer_id, name: row.organizer_name, email: row.organizer_email },
});

export class TypeOrmEventQueries implements EventQueries {
  readonly find: EventQueries['find'];
  readonly list: EventQueries['list'];
  readonly count: EventQueries['count'];

  constructor(database: Database) {
    this.find = sharedLookUp(async (ids) => {
      const rows = await database.query<EventViewColumns>(`${EVENT_VIEW} WHERE e.id IN (${placesFor(ids)})`, ids);
      return rows.map(toEventView);
    });
    this.list = sharedRead(async (part: Part) => {
      const { where, order, parameters } = partOf(database, part, 'e.event_date', 'e.id', 'ASC');
      return (await database.query<EventViewColumns>(`${EVENT_VIEW} WHERE ${where} ${order}`, parameters)).map(toEventView);
    });
    const count = sharedRead(() => countOf(database, 'SELECT COUNT(*) AS total FROM events'));
    this.count = () => count({});
  }
}

const BOOKING_VIEW = `SELECT b.id, b.user_id, b.event_id, b.quantity, b.total_price_cents, b.status, b.booking_date, u.name AS user_name, u.email AS user_email,
  e.name AS event_name, e.location AS event_location, e.event_date AS event_date
  FROM bookings b LEFT JOIN users u ON u.id = b.user_id LEFT JOIN events e ON e.id = b.event_id`;
interface BookingViewColumns extends BookingColumns {
  readonly user_name: string;
  readonly user_email: string;
  readonly event_name: string;
  readonly event_location: string;
  readonly event_date: Date | string;
}

const toBookingView = (row: BookingViewColumns): BookingView => ({
  ...toBooking(row),
  user: { id: row.user_id, name: row.user_name, email: row.user_email },
  event: { id: row.event_id, name: row.event_name, location: row.event_location, eventDate: toDate(row.event_date) },
});

export class TypeOrmBookingQueries implements BookingQueries {
  readonly find: BookingQueries['find'];
  readonly list: BookingQueries['list'];
  readonly count: BookingQueries['count'];

  constructor(database: Database) {
    this.find = sharedLookUp(async (ids) => {
      const rows = await database.query<BookingViewColumns>(`${BOOKING_VIEW} WHERE b.id IN (${placesFor(ids)})`, ids);
      return rows.map(toBookingView);
    });
    this.list = sharedRead(async ({ userId, ...part }: Part & { readonly userId?: string | undefined }) => {
      const { where, order, parameters } = partOf(database, part, 'b.booking_date', 'b.id', 'DESC');
      const [owner, owners] = userId === undefined ? ['', []] : ['b.user_id = ? AND', [userId]];
      const rows = await database.query<BookingViewColumns>(`${BOOKING_VIEW} WHERE ${owner} ${where} ${order}`, [...owners, ...parameters]);
      return rows.map(toBookingView);
    });
    this.count = sharedRead(({ userId }: { readonly userId?: string | undefined }) =>
      userId === undefined
        ? countOf(database, 'SELECT COUNT(*) AS total FROM bookings')
        : countOf(database, 'SELECT COUNT(*) AS total FROM bookings WHERE user_id = ?', [userId]),
    );
  }
}

export class TypeOrmUserQueries implements UserQueries {
  readonly list: UserQueries['list'];
  readonly count: UserQueries['count'];

  constructor(database: Database) {
    this.list = sharedRead(async (part: Part) => {
      const { where, order, parameters } = partOf(database, part, 'createdAt', 'id', 'ASC');
      return (await database.query<UserColumns>(`SELECT ${USER_COLUMNS.join(', ')} FROM users WHERE ${where} ${order}`, parameters)).map(toUser);
    });
    const count = sharedRead(() => countOf(database, 'SELECT COUNT(*) AS total FROM users'));
    this.count = () => count({});
  }
}

const placesFor = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

/** A part of a list walks its index: behind a key, however far down, costs the same. */
function partOf(database: Database, { after, offset, limit }: Part, at: string, id: string, direction: 'ASC' | 'DESC') {
  const beyond = direction === 'ASC' ? '>' : '<';
  // Said twice, since MySQL takes no index for (a, b) > (?, ?) or for the OR alone.
  const where = after === undefined ? '1 = 1' : `${at} ${beyond}= ? AND (${at} ${beyond} ? OR ${id} ${beyond} ?)`;
  const moment = after && momentOf(database, after);
  return {
    where,
    order: `ORDER BY ${at} ${direction}, ${id} ${direction} LIMIT ? OFFSET ?`,
    parameters: [...(after === undefined ? [] : [moment, moment, after.id]), limit, offset],
  };
}

const momentOf = ({ engine }: Database, { at }: Position): Date | string => (engine === 'sqlite' ? sqliteMoment(at) : at);

async function countOf(database: Database, sql: string, parameters: readonly unknown[] = []): Promise<number> {
  const [row] = await database.query<{ total: number | string }>(sql, parameters);
  return Number(row?.total ?? 0);
}
