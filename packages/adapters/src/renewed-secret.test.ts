import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { previousSecrets, renewKeptSecret } from './kept-secret.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-secret-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const secretIn = () => readFileSync(join(folder, 'jwt-secret'), 'utf8');
const HOUR_MS = 3_600_000;

it('a kept secret that is made anew is another, and those before it are known for a day', () => {
  const now = new Date('2026-05-01T12:00:00Z');
  expect(renewKeptSecret(folder, now)).toBe(false); // none was kept
  writeFileSync(join(folder, 'jwt-secret'), 'first\n');
  expect(renewKeptSecret(folder, now)).toBe(true);
  const second = secretIn();
  expect(second).toHaveLength(64);
  expect(renewKeptSecret(folder, new Date(now.getTime() + HOUR_MS))).toBe(true);
  expect(secretIn()).not.toBe(second);
  expect(previousSecrets(folder, new Date(now.getTime() + 2 * HOUR_MS))).toEqual([second, 'first']);
  expect(previousSecrets(folder, new Date(now.getTime() + 24.5 * HOUR_MS))).toEqual([second]);
  expect(previousSecrets(folder, new Date(now.getTime() + 26 * HOUR_MS))).toEqual([]);
  for (const name of ['jwt-secret', 'jwt-secret-previous']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});

it('the configuration knows the secrets before from the folder and from the environment', () => {
  writeFileSync(join(folder, 'jwt-secret'), 'a secret that is long enough for HS256, the first');
  renewKeptSecret(folder);
  const { jwt } = loadConfig({ DATA_DIR: folder, JWT_SECRET_PREVIOUS: 'another' });
  expect(jwt).toMatchObject({
    secret: secretIn(),
    keptIn: folder,
    previousSecrets: ['another', 'a secret that is long enough for HS256, the first'],
  });
  expect(loadConfig({ DATA_DIR: folder, JWT_SECRET: 'given' }).jwt).toMatchObject({ secret: 'given', keptIn: undefined });
  expect(loadConfig({ DATA_DIR: folder }, { signsTokens: false }).jwt.previousSecrets).toEqual([]);
});
