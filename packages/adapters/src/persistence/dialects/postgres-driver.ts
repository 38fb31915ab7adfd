import { createRequire } from 'node:module';
import type { Client as PgClient } from 'pg';

const FORCE_NATIVE = 'NODE_PG_FORCE_NATIVE';

/**
 * pg reads NODE_PG_FORCE_NATIVE when it is loaded. If the variable is set for another program, pg would load a package that is not
 * installed, and no start would succeed, also on other engines.
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
