import { createContainer, loadConfig, readEnvironment, TOKENS } from '@ticket/adapters';
import type { UseCases } from '@ticket/domain';

/**
 * Opens the database for one command and closes it again; `where` says in words which one it is. Its tables are made and brought
 * up to date, unless the command only `looks`.
 */
export type WithUseCases = <Result>(
  work: (useCases: UseCases, where: string) => Promise<Result>,
  options?: { readonly looks?: boolean },
) => Promise<Result>;

/** On the database that the environment names. No command signs tokens, so none needs their secret. */
export const onConfiguredDatabase: WithUseCases = async (work, { looks = false } = {}) => {
  const container = createContainer(loadConfig(readEnvironment(), { signsTokens: false }));
  try {
    const database = container.get(TOKENS.database);
    await database.connect({ makes: !looks });
    return await work(container.get(TOKENS.useCases), database.address);
  } finally {
    await container.unbindAllAsync();
  }
};
