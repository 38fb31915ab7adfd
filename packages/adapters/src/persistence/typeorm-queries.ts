import type { BookingQueries, BookingView, EventQueries, EventView, Part, Position, UserQueries } from '@ticket/domain';
import type { Database } from './database.ts';
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
import { keptShape, sharedLookUp, sharedRead } from './shared-reads.ts';
import { sqliteMoment } from './writing.ts';

/**
 * Read models: narrow statements, shared among all who ask the same. Nothing of them feeds a decision. What many rows refer
 * to is one object in all of them, so that its text is made once too.
 */
const EVENT_VIEW = `SELECT ${EVENT_COLUMNS.map((column) => `events.${column}`).join(', ')}, users.name AS organizer_name, users.email AS organizer_email
  FROM events LEFT JOIN users ON users.id = events.organizer_id`;
type EventViewColumns = EventColumns & { readonly organizer_name: string; readonly organizer_email: string };

function toEventViews(rows: readonly EventViewColumns[]): readonly EventView[] {
  const organizers = new Map<string, EventView['organizer']>();
  return rows.map((row) => {
    const { organizer_id: id, organizer_name: name, organizer_email: email } = row;
    const organizer = organizers.get(id) ?? { id, name, email };
    organizers.set(id, organizer);
    return { ...toEvent(row), organizer };
  });
}

export class TypeOrmEventQueries implements EventQueries {
  readonly find: EventQueries['find'];
  readonly list: EventQueries['list'];
  readonly count: EventQueries['count'];

  constructor(database: Database) {
    const rowsOf = (where: string, parameters: readonly unknown[]) => database.query<EventViewColumns>(`${EVENT_VIEW} WHERE ${where}`, parameters);
    this.find = sharedLookUp(async (ids) => toEventViews(await rowsOf(`events.id IN (${placesFor(ids)})`, ids)));
    const views = keptShape(toEventViews); // the list that everybody asks for, and that seldom changes in more than a few rows
    this.list = sharedRead(async (part: Part) => {
      const { where, order, parameters } = partOf(database, part, 'events.event_date', 'events.id', 'ASC');
      return views(part, await rowsOf(`${where} ${order}`, parameters));
    });
    const count = sharedRead(() => countOf(database, 'SELECT COUNT(*) AS total FROM events'));
    this.count = () => count({});
  }
}

export class TypeOrmBookingQueries implements BookingQueries {
  readonly find: BookingQueries['find'];
  readonly list: BookingQueries['list'];
  readonly count: BookingQueries['count'];

  constructor(database: Database) {
    // Looked up once a part, not joined: a join would send, parse and render a user and an event with every row of thousands.
    const viewsOf = (where: string, parameters: readonly unknown[]): Promise<readonly BookingView[]> =>
      complete(async () => {
        const rows = await database.query<BookingColumns>(`SELECT ${BOOKING_COLUMNS.join(', ')} FROM bookings WHERE ${where}`, parameters);
        const [users, events] = await Promise.all([
          peopleOf(
            database,
            rows.map((row) => row.user_id),
          ),
          occasionsOf(
            database,
            rows.map((row) => row.event_id),
          ),
        ]);
        return rows.map((row) => {
          const [user, event] = [users.get(row.user_id), events.get(row.event_id)];
          return user && event && Object.assign(toBooking(row), { user, event }); // a spread copies, which shows in a list of thousands
        });
      });
    this.find = sharedLookUp((ids) => viewsOf(`id IN (${placesFor(ids)})`, ids));
    this.list = sharedRead(async ({ userId, ...part }: Part & { readonly userId?: string | undefined }) => {
      const { where, order, parameters } = partOf(database, part, 'booking_date', 'id', 'DESC');
      return userId === undefined ? viewsOf(`${where} ${order}`, parameters) : viewsOf(`user_id = ? AND ${where} ${order}`, [userId, ...parameters]);
    });
    this.count = sharedRead(({ userId, upTo }: Parameters<BookingQueries['count']>[0]) => {
      const [where, owners] = userId === undefined ? ['', []] : ['WHERE user_id = ?', [userId]];
      return upTo === undefined
        ? countOf(database, `SELECT COUNT(*) AS total FROM bookings ${where}`, owners)
        : countOf(database, `SELECT COUNT(*) AS total FROM (SELECT 1 FROM bookings ${where} LIMIT ?) some`, [...owners, upTo + 1]);
    });
  }
}

type People = ReadonlyMap<string, BookingView['user']>;
const peopleOf = async (database: Database, ids: readonly string[]): Promise<People> =>
  byId(await rowsById<BookingView['user']>(database, 'SELECT id, name, email FROM users', ids));

async function occasionsOf(database: Database, ids: readonly string[]): Promise<ReadonlyMap<string, BookingView['event']>> {
  type Columns = Pick<EventColumns, 'id' | 'name' | 'location' | 'event_date'>;
  const rows = await rowsById<Columns>(database, 'SELECT id, name, location, event_date FROM events', ids);
  return byId(rows.map(({ event_date, ...row }) => ({ ...row, eventDate: toDate(event_date) })));
}

async function rowsById<Row>(database: Database, select: string, ids: readonly string[]): Promise<readonly Row[]> {
  const each = [...new Set(ids)];
  return each.length === 0 ? [] : database.query<Row>(`${select} WHERE id IN (${placesFor(each)})`, each);
}

const byId = <Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> => new Map(rows.map((row) => [row.id, row]));

const COMPLETE_TRIES = 5;

/** A row that refers to what is gone was deleted with it between two statements: then all is read again. */
async function complete<View>(read: () => Promise<readonly (View | undefined)[]>): Promise<readonly View[]> {
  for (let tries = 0; tries < COMPLETE_TRIES; tries++) {
    const views = await read();
    const found = views.filter((view) => view !== undefined);
    if (found.length === views.length) return found;
  }
  throw new Error('rows refer to an event or a user that does not exist: something wrote around the foreign keys');
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
