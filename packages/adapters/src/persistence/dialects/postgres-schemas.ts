import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import { type Accounts, schemasFor } from '../schemas.ts';

/**
 * The same tables for PostgreSQL. Times have a zone, because without one the driver would write them in the machine's zone. Ids, e-mails,
 * other ASCII texts and folded texts are compared by their bytes, as on the other engines.
 */
export const postgresSchemasFor = (accounts: Accounts) =>
  schemasFor(accounts).map(
    ({ options }) =>
      new EntitySchema<object>({
        ...options,
        columns: Object.fromEntries(Object.entries(options.columns).map(([name, column]) => [name, column && inItsWords(column)])),
      }),
  );

function inItsWords({ charset, collation, ...column }: EntitySchemaColumnOptions): EntitySchemaColumnOptions {
  if (column.type === 'datetime') return { ...column, type: 'timestamptz' };
  return charset === 'ascii' || collation === 'utf8mb4_bin' ? { ...column, collation: 'C' } : column;
}
