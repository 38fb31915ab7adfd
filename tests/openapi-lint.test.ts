import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openApi } from './open-api.ts';

/** Two linters read the OpenAPI document of each profile. */
const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url); // both are CommonJS
const { Spectral } = require('@stoplight/spectral-core') as typeof import('@stoplight/spectral-core');
const { oas } = require('@stoplight/spectral-rulesets') as typeof import('@stoplight/spectral-rulesets');

const folder = mkdtempSync(join(tmpdir(), 'ticket-openapi-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What no operation refers to: the list of codes, and the answers to requests that reach no operation (redocly.yaml). */
const UNUSED = ['FailureCode', 'NoSuchRoute', 'MethodNotAllowed'];

/** Those may be unused, and no contact is invented. */
const ALLOWED = [
  ...UNUSED.map((name) => `oas3-unused-component components.${name === 'FailureCode' ? 'schemas' : 'responses'}.${name}`),
  'info-contact info',
  // The licence has its SPDX identifier, and the tags have the order of the specification.
  ...['license-url info.license', 'openapi-tags-alphabetical tags'],
];

describe.each(['open', 'locked'] as const)('the document of the %s profile', (profile) => {
  const document = async (): Promise<string> => {
    const api = await openApi('sqlite', profile);
    const { text } = await api.send('GET', '/openapi.json', { headers: { Host: 'tickets.test:3000' } });
    await api.close();
    return text;
  };

  it('keeps the strict rules of Redocly', async () => {
    const file = join(folder, `${profile}.json`);
    writeFileSync(file, await document());
    const program = require.resolve('@redocly/cli/bin/cli.js');
    const env = { PATH: process.env['PATH'] ?? '', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    const { stdout, status } = spawnSync(process.execPath, [program, 'lint', file, '--config', join(root, 'redocly.yaml'), '--format=json'], {
      env,
      encoding: 'utf8',
    });
    const { problems }: { problems: readonly { message: string }[] } = JSON.parse(stdout);
    expect(problems.map(({ message }) => message)).toEqual(UNUSED.map((name) => `Component: "${name}" is never used.`));
    expect(status).toBe(0);
  });

  it('keeps the rules of Spectral for OpenAPI', async () => {
    const spectral = new Spectral();
    spectral.setRuleset({ extends: [[oas as never, 'all']] }); // the two packages type a ruleset differently
    const problems = await spectral.run(JSON.parse(await document()));
    expect(problems.map(({ code, path }) => `${code} ${path.join('.')}`).filter((problem) => !ALLOWED.includes(problem))).toEqual([]);
  });
});
