import type { DataSource, EntityManager, EntitySchema } from 'typeorm';
import { QUEUE_LIMITS } from './batch-queue.ts';
import type { Dialect } from './dialects/dialect.ts';

/** Each id once, in the same order in all transactions, so that they do not deadlock. */
export const inIdOrder = (ids: readonly (string | undefined)[]): string[] => [...new Set(ids.filter((id) => id !== undefined))].sort();

/** Reads the latest rows by id and locks them until the transaction ends: no other transaction changes or locks them. */
export const lockRows = <Columns extends object>(...asked: Asked<Columns>): Promise<Columns[]> => readRows('locked', ...asked);

/** Reads rows by id as they are committed now. Others may change them at any time. */
export const rowsAsTheyAre = <Columns extends object>(...asked: Asked<Columns>): Promise<Columns[]> => readRows('plain', ...asked);

type Asked<Columns> = [
  dialect: Dialect,
  manager: EntityManager,
  schema: EntitySchema,
  columns: readonly (keyof Columns & string)[],
  ids: readonly string[],
];
type Mode = 'locked' | 'plain';

/** Returns raw rows with column names, because making entities would cost more than reading the rows. */
async function readRows<Columns extends object>(mode: Mode, ...[dialect, manager, schema, columns, ids]: Asked<Columns>): Promise<Columns[]> {
  if (ids.length === 0) return [];
  const all = isOfABatch(ids) ? dialect.listOf(ids) : ids;
  return manager.query(sqlOf(mode, dialect, manager, schema, columns, all), [...all]);
}

/** TypeORM's statement for this number of rows on this engine. It is built once, because building it took longer than parsing the answer. */
function sqlOf(
  mode: Mode,
  dialect: Dialect,
  manager: EntityManager,
  schema: EntitySchema,
  columns: readonly string[],
  ids: readonly string[],
): string {
  const { dataSource } = manager;
  const known = KNOWN.get(dataSource) ?? new Map<string, string>();
  KNOWN.set(dataSource, known);
  const name = [schema.options.name, columns, mode, ids.length].join(' ');
  const before = known.get(name);
  if (before !== undefined) return before;
  const query = manager
    .createQueryBuilder(schema, 'locked')
    .select(columns.map((column) => `locked.${column} AS ${column}`))
    .where('locked.id IN (:...ids)', { ids })
    .orderBy('locked.id');
  if (mode === 'locked' && dialect.rowLock !== undefined) query.setLock(dialect.rowLock);
  const sql = query.getSql();
  if (isOfABatch(ids)) known.set(name, sql);
  return sql;
}

/**
 * The built statements, at most one for each size of a batch, table and mode. Statements for more rows are not kept: only all admins may be
 * so many, and they are seldom locked.
 */
const KNOWN = new WeakMap<DataSource, Map<string, string>>();

const isOfABatch = (ids: readonly string[]): boolean => ids.length <= QUEUE_LIMITS.batchMax;
