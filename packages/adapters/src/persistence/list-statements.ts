import type { Cursor, PageRequest, PageRows } from '@ticket/domain';
import type { Database } from './database.ts';
import type { Condition } from './dialects/dialect.ts';
import { type Moment, toDate } from './rows.ts';
import type { Parameter } from './statement.ts';

/** Parts of a statement that select rows of a table. */
export interface Rows {
  readonly from: string;
  readonly which: string;
  readonly parameters: readonly Parameter[];
}

/** The order of a list, and the index that has it. */
export interface Order {
  readonly table: 'events' | 'bookings' | 'users' | 'stock_movements';
  /** The column by which rows are ordered, and the one that tells equal ones apart. */
  readonly at: string;
  readonly id?: string;
  readonly direction: 'ASC' | 'DESC';
  readonly index: string;
  /** Conditions on the index's columns. */
  readonly where?: readonly Condition[];
  /** Further columns of the entries, for conditions that the index does not have. */
  readonly more?: string;
}

/**
 * The most rows that one statement looks at for conditions that its index does not have. A page then ends early, and the next one goes on. So
 * no request keeps an embedded engine, and with it the process, for long.
 */
export const WALKED_ROWS = 5000;

export const when = (sql: string, ...parameters: readonly Parameter[]): Condition => ({ sql, parameters });

/**
 * Selects a part of a list and one more row, which shows whether others follow (`cut`). It walks the index, so a part costs the same
 * anywhere in the list. An offset skips entries of the index, and only the rows of the part are read. This matters most for an embedded
 * engine, because meanwhile the process serves nobody else.
 */
export function pageOf(database: Database, { offset, limit, ...part }: PageRequest, order: Order): Rows {
  const { table } = order;
  const { indexed, where, ordered, moment, id, direction } = indexWalk(database, part, order);
  const page = `${where.sql} ORDER BY ${ordered} LIMIT ? OFFSET ?`;
  const ids = `SELECT ${moment} AS part_at, ${id} AS part_id FROM ${indexed} ${page}`;
  return {
    from: offset === 0 ? indexed : table,
    // It orders by the columns of `part`. If it ordered by the table's own columns, an engine might read the whole table.
    which: offset === 0 ? page : `JOIN (${ids}) part ON part_id = ${id} ORDER BY part_at ${direction}, part_id ${direction}`,
    parameters: [...where.parameters, limit + 1, offset],
  };
}

/** Removes the row that was read only to see whether others follow. */
export const cut = <Row>({ limit }: PageRequest, rows: readonly Row[]): PageRows<Row> => ({
  rows: rows.length > limit ? rows.slice(0, limit) : rows,
  isMore: rows.length > limit,
});

/**
 * A part of a list whose conditions the index does not have. It walks at most `WALKED_ROWS` entries of the index, looks up their rows, and
 * says where it ended. `read` gets a statement that also has the columns part_at and part_id. `placeOf` gives the place of a row in the order.
 *
 * The end is found first, and the walk goes up to it. So what is written between the two statements neither repeats nor skips a row.
 */
export async function walked<Row>(
  database: Database,
  { limit, ...part }: Omit<PageRequest, 'offset'>,
  order: Order,
  from: { readonly table: 'events' | 'bookings' | 'users'; readonly conditions: readonly Condition[] },
  read: (rows: Rows) => Promise<readonly Row[]>,
  placeOf: (row: Row) => Cursor | undefined,
): Promise<PageRows<Row>> {
  const { indexed, where, ordered, moment, id, direction } = indexWalk(database, part, order);
  const [last] = await database.query<Entry & { readonly part_id: string }>(
    `SELECT ${moment} AS part_at, ${id} AS part_id FROM ${indexed} ${where.sql} ORDER BY ${ordered} LIMIT 1 OFFSET ?`,
    [...where.parameters, WALKED_ROWS - 1],
  );
  const end = last && cursorOf(last.part_at, last.part_id);
  const upToEnd = indexWalk(database, part, order, end).where;
  const conditions = andOf(from.conditions);
  const found = await read({
    // The limit keeps engines from reading the table in another order. It is never reached: it has room for entries that came meanwhile.
    from: `(SELECT ${moment} AS part_at, ${id} AS part_id${order.more ?? ''} FROM ${indexed} ${upToEnd.sql} ORDER BY ${ordered} LIMIT ?) part
      JOIN ${from.table} ON ${from.table}.id = part_id`,
    which: `${conditions.sql} ORDER BY part_at ${direction}, part_id ${direction} LIMIT ?`,
    parameters: [...upToEnd.parameters, 2 * WALKED_ROWS, ...conditions.parameters, limit + 1],
  });
  const { rows, isMore } = cut({ offset: 0, limit }, found);
  const [start, stop] = [rows.at(0), rows.at(-1)];
  return { rows, isMore: isMore || end !== undefined, start: start && placeOf(start), end: isMore && stop !== undefined ? placeOf(stop) : end };
}

/** An entry of a walked index: a time, or the version of a line of the ledger. */
export interface Entry {
  readonly part_at: Moment | number;
}

export const cursorOf = (at: Entry['part_at'] | undefined, id: string): Cursor | undefined =>
  at === undefined ? undefined : { at: typeof at === 'number' ? at : toDate(at), id };

function indexWalk({ dialect }: Database, { after, reversed = false }: Pick<PageRequest, 'after' | 'reversed'>, order: Order, end?: Cursor) {
  const { table, at, id: key = 'id', index, where = [] } = order;
  const [moment, id] = [`${table}.${at}`, `${table}.${key}`];
  const direction = (order.direction === 'ASC') !== reversed ? 'ASC' : 'DESC';
  const parameterOf = ({ at: value }: Cursor) => (value instanceof Date ? dialect.date(value) : value);
  const behind = after && dialect.behind({ at: parameterOf(after), id: after.id }, { moment, id, direction });
  const [sign, within] = direction === 'ASC' ? ['<', '<='] : ['>', '>='];
  const upTo = end && when(`${moment} ${within} ? AND (${moment} ${sign} ? OR ${id} ${within} ?)`, parameterOf(end), parameterOf(end), end.id);
  return {
    indexed: dialect.indexed(table, index),
    where: andOf([...where, ...[behind, upTo].filter((condition) => condition !== undefined)]),
    ordered: `${moment} ${direction}, ${id} ${direction}`,
    moment,
    id,
    direction,
  };
}

const andOf = (conditions: readonly Condition[]): Condition => ({
  sql: conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`,
  parameters: conditions.flatMap(({ parameters }) => parameters),
});

/** Counts rows. With `upTo`, it stops above that number. */
export async function countOf(database: Database, table: string, conditions: readonly Condition[], upTo?: number): Promise<number> {
  const { sql, parameters } = andOf(conditions);
  const [row] =
    upTo === undefined
      ? await database.query<Total>(`SELECT COUNT(*) AS total FROM ${table} ${sql}`, parameters)
      : await database.query<Total>(`SELECT COUNT(*) AS total FROM (SELECT 1 FROM ${table} ${sql} LIMIT ?) counted`, [...parameters, upTo + 1]);
  return Number(row?.total ?? 0);
}
interface Total {
  readonly total: number | string;
}
