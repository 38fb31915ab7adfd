import type { Cursor, PageRequest, PageRows } from '@ticket/domain';
import type { Database } from './database.ts';
import { cut, type Order, pageOf, type Rows, walked, when } from './list-statements.ts';
import type { WordTable } from './word-tables.ts';

/** If the rarest word of a search has at most so many entries, the rows are found by it. Otherwise they are looked for in the list's order. */
const RARE_WORDS = 5000;

/**
 * Finds rows by words. A rare word gives few rows, which are read and sorted. If every word is common, a walk in the list's order soon finds
 * enough rows. Both look at a bounded number of rows.
 */
export async function foundByWords<Row extends { readonly id: string }>(
  database: Database,
  { table, key, of }: WordTable<Row>,
  words: readonly string[],
  part: PageRequest,
  order: Order,
  read: (rows: Rows) => Promise<readonly Row[]>,
  placeOf: (row: Row) => Cursor,
): Promise<PageRows<Row>> {
  const ranges = words.map((word) => [word, `${word}${LAST_CHARACTER}`] as const);
  const counted = ranges.map((_, at) => `(SELECT COUNT(*) FROM (SELECT 1 FROM ${table} WHERE ${RANGE} ORDER BY word LIMIT ?) w${at}) AS c${at}`);
  const [row = {}] = await database.query<Record<string, number | string>>(
    `SELECT ${counted.join(', ')}`,
    ranges.flatMap((range) => [...range, RARE_WORDS + 1]),
  );
  const counts = Object.values(row).map(Number);
  const rarest = Math.min(...counts);
  if (rarest === 0) return { rows: [], isMore: false };
  const has = ranges.map((range) => when(`EXISTS (SELECT 1 FROM ${table} WHERE ${key} = ${of}.id AND ${RANGE})`, ...range));
  if (rarest > RARE_WORDS) return walked(database, part, order, { table: of, conditions: has }, read, placeOf);
  const at = counts.indexOf(rarest);
  const { which, parameters } = pageOf(
    database,
    { ...part, offset: 0 },
    { ...order, where: [...(order.where ?? []), ...has.filter((_, index) => index !== at)] },
  );
  const from = `(SELECT DISTINCT ${key} FROM ${table} WHERE ${RANGE}) found JOIN ${of} ON ${of}.id = found.${key}`;
  return cut(part, await read({ from, which, parameters: [...(ranges[at] ?? []), ...parameters] }));
}

/** The range of the words that begin with a text. No word has the last character of Unicode. */
const RANGE = 'word >= ? AND word < ?';
const LAST_CHARACTER = '\u{10FFFF}';
