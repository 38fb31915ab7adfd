import type { DatabaseConfig } from './config.ts';
import type { Dialect } from './dialect.ts';
import { mysql } from './mysql.ts';
import { sqlite } from './sqlite.ts';

/** A third engine is a file beside these two, its config, a case here, and its texts in migrations/. */
export const dialectOf = (config: DatabaseConfig): Dialect => (config.engine === 'sqlite' ? sqlite(config) : mysql(config));
