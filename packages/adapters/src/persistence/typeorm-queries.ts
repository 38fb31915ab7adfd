import type { BookingQueries, BookingView, EventQueries, EventView, Part, Position, User, UserQueries } from '@ticket/domain';
import type { Database } from './database.ts';
import { type BookingColumns, type EventColumns, toBooking, toDate, toEvent, toUser, USER_COLUMNS, type UserColumns } from './rows.ts';

/** Read models: one narrow statement each, joined by key, shaped here. Nothing of them feeds a decision. */

const EVENT_VIEW = `SELECT e.id, e.organizer_id, e.name, e.description, e.location, e.event_date, e.ticket_price_cents, e.total_tickets,
  e.available_tickets, e.stock_version, e.createdAt, e.updatedAt, u.name AS organizer_name, u.email AS organizer_email
  FROM events e LEFT JOIN users u ON u.id = e.organizer_id`;
type EventViewColumns = EventColumns & { readonly organizer_name: string; readonly organizer_email: string };

const toEventView = (row: EventViewColumns): EventView => ({
  ...toEvent(row),
  organizer: { id: row.organizer_id, name: row.organizer_name, email: row.organizer_email },
});

export class TypeOrmEventQueries implements EventQueries {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  async find(id: string): Promise<EventView | undefined> {
    const [row] = await this.#database.query<EventViewColumns>(`${EVENT_VIEW} WHERE e.id = ?`, [id]);
    return row && toEventView(row);
  }

  async list(part: Part): Promise<readonly EventView[]> {
    const { where, order, parameters } = partOf(this.#database, part, 'e.event_date', 'e.id', 'ASC');
    return (await this.#database.query<EventViewColumns>(`${EVENT_VIEW} WHERE ${where} ${order}`, parameters)).map(toEventView);
  }

  count(): Promise<number> {
    return countOf(this.#database, 'SELECT COUNT(*) AS total FROM events');
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
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  async find(id: string): Promise<BookingView | undefined> {
    const [row] = await this.#database.query<BookingViewColumns>(`${BOOKING_VIEW} WHERE b.id = ?`, [id]);
    return row && toBookingView(row);
  }

  async list({ userId, ...part }: Part & { readonly userId?: string | undefined }): Promise<readonly BookingView[]> {
    const { where, order, parameters } = partOf(this.#database, part, 'b.booking_date', 'b.id', 'DESC');
    const [owner, owners] = userId === undefined ? ['', []] : ['b.user_id = ? AND', [userId]];
    return (await this.#database.query<BookingViewColumns>(`${BOOKING_VIEW} WHERE ${owner} ${where} ${order}`, [...owners, ...parameters])).map(
      toBookingView,
    );
  }

  count({ userId }: { readonly userId?: string | undefined }): Promise<number> {
    return userId === undefined
      ? countOf(this.#database, 'SELECT COUNT(*) AS total FROM bookings')
      : countOf(this.#database, 'SELECT COUNT(*) AS total FROM bookings WHERE user_id = ?', [userId]);
  }
}

export class TypeOrmUserQueries implements UserQueries {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  async list(part: Part): Promise<readonly User[]> {
    const { where, order, parameters } = partOf(this.#database, part, 'createdAt', 'id', 'ASC');
    return (await this.#database.query<UserColumns>(`SELECT ${USER_COLUMNS} FROM users WHERE ${where} ${order}`, parameters)).map(toUser);
  }

  count(): Promise<number> {
    return countOf(this.#database, 'SELECT COUNT(*) AS total FROM users');
  }
}

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

/** SQLite keeps dates as text, in TypeORM's form. */
const momentOf = ({ engine }: Database, { at }: Position): Date | string =>
  engine === 'sqlite' ? at.toISOString().replace('T', ' ').replace('Z', '') : at;

async function countOf(database: Database, sql: string, parameters: readonly unknown[] = []): Promise<number> {
  const [row] = await database.query<{ total: number | string }>(sql, parameters);
  return Number(row?.total ?? 0);
}
