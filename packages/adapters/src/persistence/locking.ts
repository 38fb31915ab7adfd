import type { EntityManager, EntitySchema } from 'typeorm';

/** Each id once, in the order in which everybody locks, so that two transactions never wait for each other. */
export const inIdOrder = (ids: readonly (string | undefined)[]): string[] => [...new Set(ids.filter((id) => id !== undefined))].sort();

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
  mode: 'pessimistic_read' | 'pessimistic_write',
): Promise<Columns[]> {
  if (ids.length === 0) return [];
  const query = manager
    .createQueryBuilder(schema, 'locked')
    .select(columns.map((column) => `locked.${column} AS ${column}`))
    .where('locked.id IN (:...ids)', { ids })
    .orderBy('locked.id');
  if (manager.dataSource.options.type !== 'better-sqlite3') query.setLock(mode);
  return query.getRawMany<Columns>();
}
