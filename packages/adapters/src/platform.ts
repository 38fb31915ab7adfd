import { createUseCases, type UseCases as SellingUseCases } from '@ticket/domain';
import type { TokenService } from '@ticket/domain/accounts';
import type { Config } from './config.ts';
import { createContainer, createSellingContainer, type SellingConfig, sellingPorts, TOKENS } from './container.ts';
import type { Measures } from './measures.ts';
import type { UseCases } from './use-cases.ts';

/** The platform for an app that has its own accounts and vouches for the actor, `{ userId, role }`. */
export interface PlatformWithoutAccounts {
  readonly useCases: SellingUseCases;
  /** Opens the database and brings its tables up to date. Until then, every use case that needs it refuses with `Unavailable`. */
  connect(): Promise<void>;
  /** Finishes running work and closes the database. */
  close(): Promise<void>;
}

export interface Platform extends PlatformWithoutAccounts {
  readonly useCases: UseCases;
  readonly tokens: TokenService;
}

/** The whole platform for an app that embeds it: `createPlatform(loadConfig(readEnvironment()))`, without a container of its own. */
export function createPlatform(config: Config, measures?: Measures): Platform {
  const container = createContainer(config, measures);
  return { ...openingOf(container), useCases: container.get(TOKENS.useCases), tokens: container.get(TOKENS.tokens) };
}

/**
 * The platform for an app that has its own accounts. It has no users, passwords or tokens of ours. New tables have no foreign keys to
 * users, and cannot be opened with accounts later. Tables that were created with accounts keep their foreign keys, so an owner needs a row
 * in `users`.
 */
export function createPlatformWithoutAccounts(config: SellingConfig, measures?: Measures): PlatformWithoutAccounts {
  const container = createSellingContainer(config, measures);
  return { ...openingOf(container), useCases: createUseCases({ ...sellingPorts(container), users: 'none' }) };
}

const openingOf = (container: ReturnType<typeof createSellingContainer>): Pick<Platform, 'connect' | 'close'> => ({
  connect: () => container.get(TOKENS.database).connect(),
  close: () => container.unbindAllAsync(),
});
