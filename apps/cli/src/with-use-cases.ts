import { type Config, createContainer, loadConfig, readEnvironment, repairWords, TOKENS, type UseCases } from '@ticket/adapters';

/**
 * Opens the database for one command and then closes it. `where` is the place of the database, for messages. It creates the tables and
 * brings them up to date, unless the command only `looks`. With `repairs` it also repairs what an earlier version left behind.
 */
export type WithUseCases = <Result>(
  work: (useCases: UseCases, where: string) => Promise<Result>,
  options?: { readonly looks?: boolean; readonly repairs?: boolean },
) => Promise<Result>;

/** The configuration for a command. It warns about settings without effect. Commands do not sign tokens, so they need no secret. */
export function configured(): Config {
  const config = loadConfig(readEnvironment(), { signsTokens: false });
  for (const line of config.ignored) console.error(`Warning: ${line}`);
  return config;
}

/** Uses the database that the environment names. */
export const onConfiguredDatabase: WithUseCases = async (work, { looks = false, repairs = false } = {}) => {
  const container = createContainer(configured());
  try {
    const database = container.get(TOKENS.database);
    await database.connect({ makes: !looks });
    if (repairs) await repairWords(database);
    return await work(container.get(TOKENS.useCases), database.address);
  } finally {
    await container.unbindAllAsync();
  }
};
