import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { isRegular, PUBLISHED } from './config-secrets.ts';

const strong = () => randomBytes(32).toString('base64url');
const locked = (env: Record<string, string>) => () =>
  loadConfig({ DATA_DIR: tmpdir(), SECURITY_PROFILE: 'locked', JWT_SECRET: strong(), DB_HOST: '127.0.0.1', ...env });

describe('in the locked profile', () => {
  const admin = { ADMIN_EMAIL: 'root@tickets.example' };

  it.each(PUBLISHED.map((text) => [text]))('nothing starts with what is published: %s', (text) => {
    for (const given of [text, text.toUpperCase(), `${text}1`, `x${text}`, ` ${text} `, `"${text}"`, text + text]) {
      expect(locked({ JWT_SECRET: given }), given).toThrow('- JWT_SECRET: ');
      expect(locked({ JWT_SECRET_PREVIOUS: given }), given).toThrow('- JWT_SECRET_PREVIOUS: ');
      expect(locked({ METRICS_TOKEN: given }), given).toThrow('- METRICS_TOKEN: ');
      expect(locked({ ...admin, ADMIN_PASSWORD: given }), given).toThrow('- ADMIN_PASSWORD: ');
      expect(locked({ DB_PASSWORD: given }), given).toThrow('- DB_PASSWORD: ');
      expect(locked({ DB_TYPE: 'postgres', DB_PASSWORD: given }), given).toThrow('- DB_PASSWORD: ');
      for (const scheme of ['mysql', 'postgres'])
        expect(locked({ DB_HOST: '', DATABASE_URL: `${scheme}://u:${encodeURIComponent(given)}@127.0.0.1/d` }), given).toThrow(
          '- DATABASE_URL: the password',
        );
    }
  });

  it('a published value with enough of one’s own beside it is one’s own', () => {
    for (const text of PUBLISHED) expect(locked({ JWT_SECRET: text + strong(), DB_PASSWORD: text + strong() }), text).not.toThrow();
  });

  it.each([
    ['one letter', 'a'.repeat(32)],
    ['two letters', 'ab'.repeat(20)],
    ['digits that count up', '0123456789'.repeat(4)],
    ['digits that count down', '9876543210'.repeat(4)],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyzabcdef'],
    ['hexadecimal digits', '0123456789abcdef0123456789abcdef'],
    ['a word again and again', 'Tr0ub4dor&3'.repeat(3)],
    ['a random part twice', randomBytes(15).toString('base64url').repeat(2)],
  ])('a secret of %s is refused, and open says so', (_, JWT_SECRET) => {
    expect(locked({ JWT_SECRET })).toThrow('- JWT_SECRET: is easily guessed');
    expect(locked({ JWT_SECRET_PREVIOUS: JWT_SECRET })).toThrow('- JWT_SECRET_PREVIOUS: is easily guessed');
    expect(loadConfig({ DATA_DIR: tmpdir(), JWT_SECRET }).notices.join()).toContain('JWT_SECRET is easily guessed');
  });

  it.each(['a'.repeat(16), 'abababababababab', '0123456789012345', 'abcdefghijklmnop'])('a METRICS_TOKEN of %s is refused', (METRICS_TOKEN) => {
    expect(locked({ METRICS_TOKEN })).toThrow('- METRICS_TOKEN: is easily guessed');
  });

  it('the advice that it gives makes values that it takes', () => {
    const made = Array.from({ length: 2000 }, () => [randomBytes(16).toString('hex'), randomBytes(24).toString('base64url')]).flat();
    expect(made.filter(isRegular)).toEqual([]);
  });
});

it('the open profile takes what is published, and says so', () => {
  const sample = { DATA_DIR: tmpdir(), JWT_SECRET: PUBLISHED[0], METRICS_TOKEN: 'choose-a-random-one' };
  expect(loadConfig(sample).notices.join()).toContain('JWT_SECRET is the published sample');
});
