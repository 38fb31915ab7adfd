import type { EntityManager } from 'typeorm';

type Value = string | number | Date | null;

const isSqlite = (manager: EntityManager): boolean => manager.dataSource.options.type === 'better-sqlite3';

/** What time it is for the database: one clock for all servers. */
export const nowIn = (manager: EntityManager): string => (isSqlite(manager) ? "strftime('%Y-%m-%d %H:%M:%f', 'now')" : 'CURRENT_TIMESTAMP(3)');

/** The moment so long ago, by the database's clock. */
export const agoIn = (manager: EntityManager, milliseconds: number): { readonly sql: string; readonly parameter: Value } =>
  isSqlite(manager)
    ? { sql: "strftime('%Y-%m-%d %H:%M:%f', 'now', ?)", parameter: `${-milliseconds / 1000} seconds` }
    : { sql: 'CURRENT_TIMESTAMP(3) - INTERVAL ? SECOND', parameter: milliseconds / 1000 };

/**
 * Inserts rows in as few statements as serve; a `stamped` column gets the database's time. Plain SQL: TypeORM's builder names
 * every value of every row and finds the names again by regular expression, which for a batch costs more than the database does.
 */
export async function insertRows(
  manager: EntityManager,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
  { stamped }: { readonly stamped?: string } = {},
): Promise<void> {
  const sqlite = isSqlite(manager);
  const names = stamped === undefined ? columns : [...columns, stamped];
  const row = `(${names.map((name) => (name === stamped ? nowIn(manager) : '?')).join(', ')})`;
  const values = (some: typeof rows) => some.flat().map((value) => (value instanceof Date ? momentText(value) : value));
  for (let start = 0; start < rows.length; ) {
    const size = sqlite ? powerOfTwoIn(rows.length - start) : rows.length;
    const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES ${row}${`, ${row}`.repeat(size - 1)}`;
    await manager.query(sql, values(rows.slice(start, start + size)));
    start += size;
  }
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

export async function deleteRows(manager: EntityManager, table: string, column: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await affectedRows(manager, `DELETE FROM ${table} WHERE ${column} IN (${ids.map(() => '?').join(', ')})`, ids);
}

/** How many rows a statement found to change. */
export async function affectedRows(manager: EntityManager, sql: string, parameters: readonly Value[]): Promise<number | undefined> {
  return (await manager.queryRunner?.query(sql, [...parameters], true))?.affected;
}
