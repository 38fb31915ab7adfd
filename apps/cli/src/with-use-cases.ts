import { createContainer, loadConfig, readEnvironment, TOKENS } from '@ticket/adapters';
import type { UseCases } from '@ticket/domain';

/** Opens the database for one command and closes it again. */
export type WithUseCases = <Result>(work: (useCases: UseCases) => Promise<Result>) => Promise<Result>;

/** On the database that the environment names, its tables brought up to date. */
export async function onConfiguredDatabase<Result>(work: (useCases: UseCases) => Promise<Result>): Promise<Result> {
  const container = createContainer(loadConfig(readEnvironment()));
  try {
    await container.get(TOKENS.database).connect();
    return await work(container.get(TOKENS.useCases));
  } finally {
    await container.unbindAllAsync();
  }
}
