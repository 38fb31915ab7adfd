import { TOTAL_TICKETS_MAX } from '@ticket/domain';
import type { Store, StorePorts } from '@ticket/domain/testing';
import type { Config } from '../packages/adapters/src/config.ts';
import { createContainer, TOKENS } from '../packages/adapters/src/container.ts';
import { DEFAULT_LANGUAGES } from '../packages/adapters/src/languages.ts';
import type { Measures } from '../packages/adapters/src/measures.ts';
import { PROFILES } from '../packages/adapters/src/profiles.ts';
import { storedIn } from '../packages/adapters/src/scratch-store.ts';
import { type Engine, freshDatabase } from './engines.ts';

type Container = ReturnType<typeof createContainer>;

/** The product's own wiring on an empty database of the engine. */
export async function openContainer(engine: Engine, overrides: Partial<Config> = {}, measures?: Measures) {
  const { config: database, drop } = await freshDatabase(engine);
  const container = createContainer(
    {
      port: 0,
      hosts: ['127.0.0.1'],
      policies: PROFILES.open,
      trustedProxies: 0,
      corsOrigins: [],
      languages: DEFAULT_LANGUAGES,
      firstAdmin: undefined,
      notices: [],
      ignored: [],
      keepAliveSeconds: 5,
      hstsIncludeSubdomains: false,
      logLevel: 'info',
      metricsToken: undefined,
      tracing: false,
      auditMinutes: 0,
      drainSeconds: 0,
      jwt: { secret: 'a secret of the tests, long enough for HS256', ttlSeconds: 3600 },
      bcryptCost: 10,
      database,
      ...overrides,
    },
    measures,
  );
  await container.get(TOKENS.database).connect();
  return {
    container,
    database,
    close: async () => {
      await container.unbindAllAsync();
      await drop();
    },
  };
}

/** The ports that rest on the database. */
export const portsOf = (container: Container): StorePorts => ({
  events: container.get(TOKENS.events),
  bookings: container.get(TOKENS.bookings),
  users: container.get(TOKENS.users),
  eventQueries: container.get(TOKENS.eventQueries),
  bookingQueries: container.get(TOKENS.bookingQueries),
  userQueries: container.get(TOKENS.userQueries),
  stockQueries: container.get(TOKENS.stockQueries),
  idempotencyRecords: container.get(TOKENS.idempotencyRecords),
  rateLimitStore: container.get(TOKENS.rateLimitStore),
});

/** Its limit on tickets is too high to reach, so that users' tickets are counted. */
export async function openStore(engine: Engine): Promise<Store> {
  const { container, close } = await openContainer(engine, {
    policies: { ...PROFILES.open, selling: { ...PROFILES.open.selling, ticketsPerUserMax: TOTAL_TICKETS_MAX } },
  });
  const ports = portsOf(container);
  return {
    ports,
    fresh: ports,
    movements: movementsOf(container),
    close,
  };
}

export const movementsOf = (container: Container): Store['movements'] => storedIn(container.get(TOKENS.database)).movements;
