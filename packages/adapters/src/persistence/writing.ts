import type { EntityManager } from 'typeorm';
import { classify } from './database-errors.ts';

type Value = string | number | Date | null;

const isSqlite = (manager: EntityManager): boolean => manager.dataSource.options.type === 'better-sqlite3';

/** What time it is for the database: one clock for all servers. */
export const nowIn = (manager: EntityManager): string => (isSqlite(manager) ? "strftime('%Y-%m-%d %H:%M:%f', 'now')" : 'CURRENT_TIMESTAMP(3)');

/** The moment so long ago, by the database's clock. */
export const agoIn = (manager: EntityManager, milliseconds: number): { readonly sql: string; readonly parameter: Value } =>
  isSqlite(manager)
    ? { sql: "strftime('%Y-%m-%d %H:%M:%f', 'now', ?)", parameter: `${-milliseconds / 1000} seconds` }
    : { sql: 'CURRENT_TIMESTAMP(3) - INTERVAL ? SECOND', parameter: milliseconds / 1000 };

/** One statement that writes; `rows`: how many it has to find. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly Value[];
  readonly rows?: number;
}

/** What was read under a lock is not so any more. Something wrote around the lock, so the transaction is run anew. */
export class StaleRow extends Error {
  override readonly name = 'StaleRow';
}

/**
 * Runs statements in order, all or, where one fails, none behind it. MySQL gets them in one packet: each of its own would cost a way there and
 * back while the rows are locked, and the server itself stops at the first that fails. (Sent one behind the other without waiting,
 * those after a deadlock, which ends the transaction, would each be committed.)
 */
export async function runTogether(manager: EntityManager, statements: readonly Statement[]): Promise<void> {
  if (statements.length === 0) return;
  try {
    if (!takesSeveral(manager)) {
      for (const { sql, parameters, rows } of statements) requireRows(await affectedRows(manager, sql, parameters), rows);
      return;
    }
    const answered: Changed | readonly Changed[] = await manager.query(
      joined(statements),
      statements.flatMap(({ parameters }) => parameters),
    );
    for (const [index, { affectedRows: found }] of [answered].flat().entries()) requireRows(found, statements[index]?.rows);
  } catch (error) {
    // Ids and versions are new, so whoever took one of them wrote since the locked rows were read.
    if (classify(error) === 'duplicate') throw new StaleRow('a key was taken meanwhile', { cause: error });
    throw error;
  }
}

const takesSeveral = ({ connection: { options } }: EntityManager): boolean => 'multipleStatements' in options && options.multipleStatements === true;

/** In front of text that runTogether made. Nothing that comes into a statement can stand there. */
const JOINED = '/* together */ ';
export const isJoined = (text: string): boolean => text.startsWith(JOINED);

function joined(statements: readonly Statement[]): string {
  const texts = statements.map(({ sql }) => sql);
  if (texts.some((text) => text.includes(';'))) throw new Error('two statements where one was meant');
  return texts.length === 1 ? (texts[0] ?? '') : `${JOINED}${texts.join('; ')}`;
}

/** How many rows a statement found, as MySQL says it. */
interface Changed {
  readonly affectedRows: number;
}

function requireRows(found: number | undefined, expected: number | undefined): void {
  if (expected !== undefined && found !== expected) throw new StaleRow(`${found} rows changed where ${expected} were locked`);
}

/**
 * Inserts rows in as few statements as serve; a `stamped` column gets the database's time. With `replaces` a row takes the place of the one that
 * has its key. Plain SQL: TypeORM's builder names every value of every row and finds the names again by regular expression, which for a batch
 * costs more than the database does.
 */
export function insertsOf(
  manager: EntityManager,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
  { stamped, replaces = false }: { readonly stamped?: string; readonly replaces?: boolean } = {},
): Statement[] {
  const sqlite = isSqlite(manager);
  const names = stamped === undefined ? columns : [...columns, stamped];
  const row = `(${names.map((name) => (name === stamped ? nowIn(manager) : '?')).join(', ')})`;
  const values = (some: typeof rows) => some.flat().map((value) => (value instanceof Date ? momentText(value) : value));
  const statements: Statement[] = [];
  for (let start = 0; start < rows.length; ) {
    const size = sqlite ? powerOfTwoIn(rows.length - start) : rows.length;
    const sql = `${replaces ? 'REPLACE' : 'INSERT'} INTO ${table} (${names.join(', ')}) VALUES ${row}${`, ${row}`.repeat(size - 1)}`;
    statements.push({ sql, parameters: values(rows.slice(start, start + size)) });
    start += size;
  }
  return statements;
}

/** SQLite keeps prepared statements by their text: with sizes of a power of two, few texts serve every number of rows. */
const powerOfTwoIn = (count: number): number => Math.min(64, 2 ** Math.floor(Math.log2(count)));

/**
 * A date in UTC as both engines write it, and as SQLite compares it: as text. The last one is remembered, since the rows of a batch
 * have few moments between them.
 */
export function momentText(moment: Date): string {
  const milliseconds = moment.getTime();
  if (milliseconds !== last.milliseconds) last = { milliseconds, text: moment.toISOString().replace('T', ' ').replace('Z', '') };
  return last.text;
}
let last = { milliseconds: Number.NaN, text: '' };

export const deletesOf = (table: string, column: string, ids: readonly string[]): Statement[] =>
  ids.length === 0 ? [] : [{ sql: `DELETE FROM ${table} WHERE ${column} IN (${ids.map(() => '?').join(', ')})`, parameters: ids }];

/** How many rows a statement found to change. */
async function affectedRows(manager: EntityManager, sql: string, parameters: readonly Value[]): Promise<number | undefined> {
  return (await manager.queryRunner?.query(sql, [...parameters], true))?.affected;
}
