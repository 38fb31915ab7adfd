import type { EntityManager, EntitySchema } from 'typeorm';

/** Each id once, in the order in which everybody locks, so that two transactions never wait for each other. */
export const inIdOrder = (ids: readonly (string | undefined)[]): string[] => [...new Set(ids.filter((id) => id !== undefined))].sort();

/**
 * Reads rows by id as they are now and keeps them as they are until the transaction ends: nobody else changes them
 * (`pessimistic_read`), or even locks them (`pessimistic_write`). SQLite has one writer and needs no row locks.
 */
export async function lockRows<Row extends { readonly id: string }>(
  manager: EntityManager,
  schema: EntitySchema<Row>,
  ids: readonly string[],
  mode: 'pessimistic_read' | 'pessimistic_write',
): Promise<Row[]> {
  if (ids.length === 0) return [];
  const query = manager.createQueryBuilder(schema, 'row').where('row.id IN (:...ids)', { ids }).orderBy('row.id');
  if (manager.dataSource.options.type !== 'better-sqlite3') query.setLock(mode);
  return query.getMany();
}
