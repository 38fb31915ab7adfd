import type { PostgresConfig } from './config.ts';
import type { Dialect } from './dialect.ts';

export const postgres = (config: PostgresConfig): Dialect => {
  throw new Error(`not built yet: ${config.host}`);
};
