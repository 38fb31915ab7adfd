import type { EntityManager } from 'typeorm';
import { messageOf } from '../database-errors.ts';
import { placesFor, requireRows, type Statement, type Value } from '../statement.ts';
import type { Ask, Change, Condition, ErrorRules, InsertOptions, Owner, PageColumns } from './dialect.ts';

/** SQL that several engines share. A dialect takes what it needs. */

/**
 * Inserts with plain SQL. TypeORM's builder gives every value a name and then replaces the names by regular expression. For a batch this
 * takes more time than the database. `sizeOf` says how many of the remaining rows the next statement inserts.
 */
export const insertsBy =
  ({ now, sizeOf }: { readonly now: string; readonly sizeOf: (rows: number) => number }) =>
  (
    table: string,
    columns: readonly string[],
    rows: readonly (readonly Value[])[],
    { stamped, replaces = false }: InsertOptions = {},
  ): Statement[] => {
    const names = stamped === undefined ? columns : [...columns, stamped];
    const row = `(${names.map((name) => (name === stamped ? now : '?')).join(', ')})`;
    const values = (some: typeof rows) => some.flat().map((value) => (value instanceof Date ? utcText(value) : value));
    const statements: Statement[] = [];
    for (let start = 0; start < rows.length; ) {
      const size = sizeOf(rows.length - start);
      const sql = `${replaces ? 'REPLACE' : 'INSERT'} INTO ${table} (${names.join(', ')}) VALUES ${row}${`, ${row}`.repeat(size - 1)}`;
      statements.push({ sql, parameters: values(rows.slice(start, start + size)) });
      start += size;
    }
    return statements;
  };

/** Updates all rows with one statement and CASE, because each further statement costs more than a further row. */
export function updateByCases<Row>(table: string, rows: readonly Row[], { id, set, guard }: Change<Row>): Statement {
  const cases = rows.map(() => 'WHEN ? THEN ?').join(' ');
  const values = (value: (row: Row) => number) => rows.flatMap((row) => [id(row), value(row)]);
  const sql = `UPDATE ${table} SET ${set.map(([column]) => `${column} = CASE id ${cases} END`).join(', ')}
    WHERE id IN (${placesFor(rows)}) AND ${guard[0]} = CASE id ${cases} END`;
  const parameters = [...set.flatMap(([, value]) => values(value)), ...rows.map(id), ...values(guard[1])];
  return { sql, parameters, rows: rows.length };
}

/** The condition has a redundant first part, because not every engine uses the index for (a, b) > (?, ?), or for the OR alone. */
export function behindInWords({ at, id }: { readonly at: string | number; readonly id: string }, columns: PageColumns): Condition {
  const beyond = columns.direction === 'ASC' ? '>' : '<';
  const sql = `${columns.moment} ${beyond}= ? AND (${columns.moment} ${beyond} ? OR ${columns.id} ${beyond} ?)`;
  return { sql, parameters: [at, at, id] };
}

/** A condition with one part for each event. */
export function bookedByEach(owners: readonly Owner[]): Condition {
  const eventIds = [...new Set(owners.map(({ eventId }) => eventId))];
  const users = eventIds.map((eventId) => owners.filter((owner) => owner.eventId === eventId).map(({ userId }) => userId));
  return {
    sql: `(${users.map((ids) => `event_id = ? AND user_id IN (${placesFor(ids)})`).join(' OR ')})`,
    parameters: users.flatMap((ids, at) => [eventIds[at] ?? '', ...ids]),
  };
}

/** For engines whose transactions continue after a failed statement. */
export const insertsNewBy =
  ({ classify }: ErrorRules) =>
  async (manager: EntityManager, { sql, parameters }: Statement): Promise<boolean> => {
    try {
      await manager.query(sql, [...parameters]);
      return true;
    } catch (error) {
      if (classify(error) !== 'duplicate') throw error;
      return false;
    }
  };

export async function sendOneByOne({ queryRunner }: EntityManager, statements: readonly Statement[]): Promise<void> {
  for (const { sql, parameters, rows } of statements) requireRows((await queryRunner?.query(sql, [...parameters], true))?.affected, rows);
}

/** Repeats the last item until the length is a power of two, so that few texts of statements are enough for any number of items. */
export function filledUp<Item>(items: readonly Item[]): readonly Item[] {
  return [...items, ...Array.from({ length: 2 ** Math.ceil(Math.log2(items.length)) - items.length }).flatMap(() => items.slice(-1))];
}

/** A date in UTC, in a form that also sorts as text. The last result is cached, because the rows of a batch have few different times. */
export function utcText(moment: Date): string {
  const milliseconds = moment.getTime();
  if (milliseconds !== last.milliseconds) last = { milliseconds, text: moment.toISOString().replace('T', ' ').replace('Z', '') };
  return last.text;
}
let last = { milliseconds: Number.NaN, text: '' };

/**
 * Tests whether the table of events refuses a row with more available tickets than the total. The row also has no organizer. So without an
 * effective CHECK, the foreign key refuses it, or nothing does.
 */
export async function weaknessOfCheck(ask: Ask, { now, errors }: { readonly now: string; readonly errors: ErrorRules }): Promise<readonly string[]> {
  try {
    await ask(`INSERT INTO events (id, organizer_id, name, location, event_date, ticket_price_cents, total_tickets, available_tickets, stock_version,
      createdAt, updatedAt) VALUES ('', '', '', '', ${now}, 0, 1, 2, 0, ${now}, ${now})`);
  } catch (error) {
    if (errors.isBrokenCheck(error)) return [];
    if (errors.classify(error) !== 'referenced') return [`whether CHECK is enforced could not be tried: ${messageOf(error)}`];
  }
  return ['CHECK is not enforced on the table events: a fault could sell more tickets than there are'];
}
