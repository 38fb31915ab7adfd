import type { EntityManager, EntitySchema } from 'typeorm';
import type { Dialect } from './dialects/dialect.ts';
import { placesFor, StaleRow, type Statement } from './statement.ts';

/** Runs statements in order. If one fails, none of the later ones runs. */
export async function runTogether(dialect: Dialect, manager: EntityManager, statements: readonly Statement[]): Promise<void> {
  if (statements.length === 0) return;
  try {
    await dialect.send(manager, statements);
  } catch (error) {
    // Our ids and versions are new. So if a key exists, another writer has written it after the locked rows were read.
    if (dialect.errors.classify(error) === 'duplicate') throw new StaleRow('a key was taken meanwhile', { cause: error });
    throw error;
  }
}

export const deletesOf = (table: string, column: string, ids: readonly string[]): Statement[] =>
  ids.length === 0 ? [] : [{ sql: `DELETE FROM ${table} WHERE ${column} IN (${placesFor(ids)})`, parameters: ids }];

/** Inserts whole rows. TypeORM's `insert` would read the columns with a default again, with one more statement on some engines. */
export async function insertInto<Row extends object>(manager: EntityManager, schema: EntitySchema<Row>, rows: readonly Row[]): Promise<void> {
  await manager
    .createQueryBuilder()
    .insert()
    .into(schema)
    .values(rows as never)
    .updateEntity(false)
    .execute();
}
