import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { valuesInForce } from './config-in-force.ts';
import { VARIABLES } from './config-names.ts';

const valuesOf = (environment: Record<string, string>) => {
  const values = valuesInForce(loadConfig(environment, { signsTokens: false }), environment);
  return Object.fromEntries(values.map(({ name, value, from }) => [name, { value, from }]));
};

describe('the settings in force', () => {
  it('are those of the configuration, whether they are given, come from an address, or are a default', () => {
    const values = valuesOf({ LOG_LEVEL: 'warn', SECURITY_PROFILE: 'locked', DATABASE_URL: 'postgres://me:pw@db.example:6543/shop?sslmode=require' });
    expect(Object.keys(values)).toEqual([...VARIABLES]);
    expect(values).toMatchObject({
      LOG_LEVEL: { value: 'warn', from: 'given' },
      MAX_TICKETS_PER_USER: { value: '10', from: 'default' },
      DATABASE_URL: { value: 'postgres://me:(secret)@db.example:6543/shop?(parameters)', from: 'given' },
      DB_TYPE: { value: 'postgres', from: 'DATABASE_URL' },
      DB_PORT: { value: '6543', from: 'DATABASE_URL' },
      DB_SSL_MODE: { value: 'required', from: 'DATABASE_URL' },
      DB_SOCKET: { value: undefined },
    });
    expect(valuesOf({ MAX_TICKETS_PER_BOOKING: '3', ALLOW_PAST_EVENTS: 'no' })).toMatchObject({
      MAX_TICKETS_PER_BOOKING: { value: '3', from: 'given' },
      ALLOW_PAST_EVENTS: { value: 'no', from: 'given' },
      DB_TYPE: { value: 'sqlite', from: 'default' },
      DB_HOST: { value: undefined, from: 'default' },
    });
  });

  it('show no secret, wherever it is given', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{24,40}$/);
    fc.assert(
      fc.property(secret, secret, secret, secret, (one, other, third, fourth) => {
        const shown = JSON.stringify([
          valuesOf({
            JWT_SECRET: one,
            JWT_SECRET_PREVIOUS: other,
            METRICS_TOKEN: third,
            ADMIN_EMAIL: 'ani@example.com',
            ADMIN_PASSWORD: fourth,
            DATABASE_URL: `mysql://me:${fourth}@127.0.0.1:3306/shop?ssl-mode=disabled`,
            OTEL_EXPORTER_OTLP_ENDPOINT: `https://user:${one}@collector.example/?key=${other}`,
          }),
          valuesOf({ DB_HOST: '127.0.0.1', DB_USER: 'me', DB_NAME: 'shop', DB_PASSWORD: third }),
        ]);
        for (const word of [one, other, third, fourth]) expect(shown).not.toContain(word);
      }),
    );
  });
});
