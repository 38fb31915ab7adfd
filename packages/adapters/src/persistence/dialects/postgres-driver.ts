import { createRequire } from 'node:module';
import type { Client as PgClient } from 'pg';

const FORCE_NATIVE = 'NODE_PG_FORCE_NATIVE';

/**
 * pg looks at NODE_PG_FORCE_NATIVE once, when it is loaded. Where a machine has it for another program, pg would take a client of a package
 * that is not here, and every start would end, also on other engines.
 */
function load(): typeof import('pg') {
  const forced = process.env[FORCE_NATIVE];
  delete process.env[FORCE_NATIVE];
  try {
    return createRequire(import.meta.url)('pg');
  } finally {
    if (forced !== undefined) process.env[FORCE_NATIVE] = forced;
  }
}
export const { Client, Pool } = load();
export type Client = PgClient;
