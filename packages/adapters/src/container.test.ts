import { afterAll, describe, expect, it } from 'vitest';
import type { Config } from './config.ts';
import { createContainer, TOKENS } from './container.ts';
import { PROFILES } from './profiles.ts';

const config: Config = {
  port: 0,
  hosts: ['127.0.0.1'],
  policies: PROFILES.open,
  trustedProxies: 0,
  corsOrigins: [],
  languages: ['id'],
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
  database: { engine: 'sqlite', folder: '/nowhere' },
  jwt: { secret: 'a secret of the tests, long enough for HS256', ttlSeconds: 60 },
  bcryptCost: 10,
};

describe('the container', () => {
  const container = createContainer(config);
  afterAll(() => container.unbindAllAsync());

  it.each(Object.entries(TOKENS))('has one %s for everybody', (_, token) => {
    expect(container.get<unknown>(token)).toBe(container.get<unknown>(token));
  });

  it('opens nothing by itself: until it is connected, the database is unavailable', async () => {
    expect(container.get(TOKENS.database).connected).toBe(false);
    await expect(container.get(TOKENS.useCases).readEvent({ actor: 'anonymous' }, 'x')).rejects.toMatchObject({ name: 'Unavailable' });
  });

  it('gives later ids that sort behind earlier ones', () => {
    const newId = container.get(TOKENS.newId);
    const ids = Array.from({ length: 1000 }, () => newId());
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(1000);
  });
});
