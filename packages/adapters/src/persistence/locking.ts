import type { DataSource, EntityManager, EntitySchema } from 'typeorm';
import { QUEUE_LIMITS } from './batch-queue.ts';
import type { Dialect } from './dialects/dialect.ts';

/** Each id once, in the order in which everybody locks, so that two transactions never wait for each other. */
export const inIdOrder = (ids: readonly (string | undefined)[]): string[] => [...new Set(ids.filter((id) => id !== undefined))].sort();

type Mode = Parameters<Dialect['rowLock']>[0];

/**
 * Reads rows by id as they are now and keeps them as they are until the transaction ends: nobody else changes them
 * (`read`), or even locks them (`write`).
 * The rows are raw, by the names of their columns: to make entities of them would cost more than to read them.
 */
export async function lockRows<Columns extends object>(
  dialect: Dialect,
  manager: EntityManager,
  schema: EntitySchema,
  columns: readonly (keyof Columns & string)[],
  ids: readonly string[],
  mode: Mode,
): Promise<Columns[]> {
  if (ids.length === 0) return [];
  const all = isOfABatch(ids) ? dialect.listOf(ids) : ids;
  return manager.query(lockSql(dialect, manager, schema, columns, all, mode), [...all]);
}

/** What TypeORM makes of such a lock for so many rows, in its engine's words. It is made once: each time, it cost more than the answer's parsing. */
function lockSql(
  dialect: Dialect,
  manager: EntityManager,
  schema: EntitySchema,
  columns: readonly string[],
  ids: readonly string[],
  mode: Mode,
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
  const lock = dialect.rowLock(mode);
  if (lock !== undefined) query.setLock(lock);
  const sql = query.getSql();
  if (isOfABatch(ids)) known.set(name, sql);
  return sql;
}

/** As many as there are sizes of a batch, tables and modes: all admins, who may be thousands, are locked so seldom that nothing is kept of it. */
const KNOWN = new WeakMap<DataSource, Map<string, string>>();

const isOfABatch = (ids: readonly string[]): boolean => ids.length <= QUEUE_LIMITS.batchMax;
