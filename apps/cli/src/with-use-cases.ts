import { setTimeout as sleep } from 'node:timers/promises';
import type { Config, UseCases } from '@ticket/adapters';
import type { Terminal } from './terminal.ts';

/**
 * Opens the database for one command and then closes it. `where` is the place of the database, for messages. It creates the tables and
 * brings them up to date, unless the command only `looks`.
 */
export type WithUseCases = <Result>(
  work: (useCases: UseCases, where: string) => Promise<Result>,
  options?: { readonly looks?: boolean },
) => Promise<Result>;

/** The configuration for a command. It warns about settings without effect. Commands do not sign tokens, so they need no secret. */
export async function configured({ tell }: Terminal): Promise<Config> {
  const { loadConfig, readEnvironment } = await import('@ticket/adapters');
  const config = loadConfig(readEnvironment(), { signsTokens: false });
  for (const line of config.ignored) tell(`Warning: ${line}`);
  return config;
}

/** Uses the database that the environment names. */
export const onConfiguredDatabase =
  (terminal: Terminal): WithUseCases =>
  async (work, { looks = false } = {}) => {
    const { createContainer, TOKENS } = await import('@ticket/adapters');
    const container = createContainer(await configured(terminal));
    try {
      const database = container.get(TOKENS.database);
      await connectInTime(() => database.connect({ makes: !looks }), terminal);
      return await work(container.get(TOKENS.useCases), database.address);
    } finally {
      await container.unbindAllAsync();
    }
  };

/** A database that starts, or has no connection free, gets this time. It is the time for which the server repeats a transaction. */
const CONNECT_BUDGET_MS = 3000;
const PAUSE_MS = 200;

async function connectInTime(connect: () => Promise<void>, { tell }: Terminal): Promise<void> {
  const { Unavailable } = await import('@ticket/domain');
  const until = performance.now() + CONNECT_BUDGET_MS;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof Unavailable) || performance.now() + PAUSE_MS > until) throw error;
      if (isFirst) tell(`Waiting for the database: ${error.message}`);
      await sleep(PAUSE_MS);
    }
  }
}
