import type { DataSource, EntityManager, EntitySchema } from 'typeorm';
import { QUEUE_LIMITS } from './batch-queue.ts';

/** Each id once, in the order in which everybody locks, so that two transactions never wait for each other. */
export const inIdOrder = (ids: readonly (string | undefined)[]): string[] => [...new Set(ids.filter((id) => id !== undefined))].sort();

type Mode = 'pessimistic_read' | 'pessimistic_write';

/**
 * Reads rows by id as they are now and keeps them as they are until the transaction ends: nobody else changes them
 * (`pessimistic_read`), or even locks them (`pessimistic_write`). SQLite has one writer and needs no row locks.
 * The rows are raw, by the names of their columns: to make entities of them would cost more than to read them.
 */
export async function lockRows<Columns extends object>(
  manager: EntityManager,
  schema: EntitySchema,
  columns: readonly (keyof Columns & string)[],
  ids: readonly string[],
  mode: Mode,
): Promise<Columns[]> {
  if (ids.length === 0) return [];
  const all = manager.dataSource.options.type === 'better-sqlite3' && isOfABatch(ids) ? filledUp(ids) : ids;
  return manager.query(lockSql(manager, schema, columns, all, mode), [...all]);
}

/** What TypeORM makes of such a lock for so many rows, in its engine's words. It is made once: each time, it cost more than the answer's parsing. */
function lockSql(manager: EntityManager, schema: EntitySchema, columns: readonly string[], ids: readonly string[], mode: Mode): string {
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
  if (dataSource.options.type !== 'better-sqlite3') query.setLock(mode);
  const sql = query.getSql();
  if (isOfABatch(ids)) known.set(name, sql);
  return sql;
}

/** As many as there are sizes of a batch, tables and modes: all admins, who may be thousands, are locked so seldom that nothing is kept of it. */
const KNOWN = new WeakMap<DataSource, Map<string, string>>();

const isOfABatch = (ids: readonly string[]): boolean => ids.length <= QUEUE_LIMITS.batchMax;

/** TypeORM keeps SQLite's compiled statements by their text: with the last item again and again up to a power of two, few texts serve every number. */
export const filledUp = <Item>(items: readonly Item[]): readonly Item[] => [
  ...items,
  ...Array.from({ length: 2 ** Math.ceil(Math.log2(items.length)) - items.length }).flatMap(() => items.slice(-1)),
];
