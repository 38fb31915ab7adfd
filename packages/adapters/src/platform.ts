import type { TokenService } from '@ticket/domain/accounts';
import type { Config } from './config.ts';
import { createContainer, TOKENS } from './container.ts';
import type { Measures } from './measures.ts';
import type { UseCases } from './use-cases.ts';

export interface Platform {
  readonly useCases: UseCases;
  readonly tokens: TokenService;
  /** Opens the database and brings its tables up to date. Until then, every use case that needs it refuses with `Unavailable`. */
  connect(): Promise<void>;
  /** Ends what is under way and closes the database. */
  close(): Promise<void>;
}

/** The whole platform for an app that embeds it: `createPlatform(loadConfig(readEnvironment()))`, without a container of its own. */
export function createPlatform(config: Config, measures?: Measures): Platform {
  const container = createContainer(config, measures);
  return {
    useCases: container.get(TOKENS.useCases),
    tokens: container.get(TOKENS.tokens),
    connect: () => container.get(TOKENS.database).connect(),
    close: () => container.unbindAllAsync(),
  };
}
