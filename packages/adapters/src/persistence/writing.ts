import type { EntityManager } from 'typeorm';

type Value = string | number | Date | null;

/** What time it is for the database: one clock for all servers. */
export const NOW = { mysql: 'CURRENT_TIMESTAMP(3)', sqlite: "strftime('%Y-%m-%d %H:%M:%f', 'now')" } as const;

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
  const sqlite = manager.dataSource.options.type === 'better-sqlite3';
  const names = stamped === undefined ? columns : [...columns, stamped];
  const row = `(${names.map((name) => (name === stamped ? NOW[sqlite ? 'sqlite' : 'mysql'] : '?')).join(', ')})`;
  for (let start = 0; start < rows.length; ) {
    const size = sqlite ? powerOfTwoIn(rows.length - start) : rows.length;
    const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES ${Array.from({ length: size }, () => row).join(', ')}`;
    await manager.query(
      sql,
      rows
        .slice(start, start + size)
        .flat()
        .map(sqlite ? toSqlite : toMySql),
    );
    start += size;
  }
}

/** SQLite keeps prepared statements by their text: with sizes of a power of two, few texts serve every number of rows. */
const powerOfTwoIn = (count: number): number => Math.min(64, 2 ** Math.floor(Math.log2(count)));

const toMySql = (value: Value): Value => value;
const toSqlite = (value: Value): Value => (value instanceof Date ? sqliteMoment(value) : value);

/** A date as the engine compares it. */
export const momentFor = (manager: EntityManager, moment: Date): Date | string =>
  manager.dataSource.options.type === 'better-sqlite3' ? sqliteMoment(moment) : moment;

/** SQLite keeps dates as text, in the form in which TypeORM reads them. */
export const sqliteMoment = (moment: Date): string => moment.toISOString().replace('T', ' ').replace('Z', '');

export async function deleteRows(manager: EntityManager, table: string, column: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await affectedRows(manager, `DELETE FROM ${table} WHERE ${column} IN (${ids.map(() => '?').join(', ')})`, ids);
}

/** How many rows a statement found to change. */
export async function affectedRows(manager: EntityManager, sql: string, parameters: readonly Value[]): Promise<number | undefined> {
  return (await manager.queryRunner?.query(sql, [...parameters], true))?.affected;
}
