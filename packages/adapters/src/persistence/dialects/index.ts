import type { DatabaseConfig } from './config.ts';
import type { Dialect } from './dialect.ts';
import { mysql } from './mysql.ts';
import { postgres } from './postgres.ts';
import { sqlite } from './sqlite.ts';

/** A further engine needs a file beside these, its config, a case here, and its texts in migrations/. */
export function dialectOf(config: DatabaseConfig): Dialect {
  switch (config.engine) {
    case 'sqlite':
      return sqlite(config);
    case 'mysql':
      return mysql(config);
    case 'postgres':
      return postgres(config);
  }
}
