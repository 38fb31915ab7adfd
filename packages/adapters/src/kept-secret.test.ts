import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptSecret } from './kept-secret.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-secret-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ROUNDS = 50;
const STEP_MS = 20;

/** The secrets that one process gets, in a folder a round, each at the same moment as the others. */
async function secretsOfAProcess(refusal: string | undefined, beginsAt: number): Promise<string[]> {
  const program = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const code = ${JSON.stringify(refusal ?? null)};
    if (code) {
      fs.linkSync = () => { throw Object.assign(new Error('no links here'), { code }); };
      syncBuiltinESMExports();
    }
    const { keptSecret } = await import(${JSON.stringify(new URL('./kept-secret.ts', import.meta.url).href)});
    const secrets = [];
    for (let round = 0; round < ${ROUNDS}; round++) {
      while (Date.now() < ${beginsAt} + round * ${STEP_MS});
      secrets.push(keptSecret(${JSON.stringify(folder)} + '/' + round).secret);
    }
    console.log(JSON.stringify(secrets));`;
  const args = ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  return JSON.parse(output);
}

describe.each([undefined, 'EPERM'])('where a hard link is answered by %s', (refusal) => {
  it('processes that start at once end with the same whole secret, and leave nothing else', async () => {
    const beginsAt = Date.now() + 2000;
    const [first = [], ...others] = await Promise.all(Array.from({ length: 3 }, () => secretsOfAProcess(refusal, beginsAt)));
    for (const other of others) expect(other).toEqual(first);
    for (const [round, secret] of first.entries()) {
      expect(secret).toHaveLength(64);
      expect(readdirSync(join(folder, String(round)))).toEqual(['jwt-secret']);
      expect(keptSecret(join(folder, String(round)))).toMatchObject({ secret, isNew: false });
      expect(statSync(join(folder, String(round), 'jwt-secret')).mode & 0o077).toBe(0);
    }
  });
});

it('removes what earlier starts left, and nothing that an operator put there', () => {
  const mine = ['jwt-secret.20260101', 'jwt-secret.bak', 'jwt-secret.new', 'tickets.sqlite'];
  for (const name of ['jwt-secret.1', 'jwt-secret.4194304', ...mine]) writeFileSync(join(folder, name), 'x');
  mkdirSync(join(folder, 'jwt-secret.new-01234567-89ab-4cde-8f01-23456789abcd'));
  const { secret } = keptSecret(folder);
  expect(readdirSync(folder).toSorted()).toEqual(['jwt-secret', ...mine].toSorted());
  writeFileSync(join(folder, 'jwt-secret.77'), 'x');
  expect(keptSecret(folder).secret).toBe(secret);
  expect(existsSync(join(folder, 'jwt-secret.77'))).toBe(false);
});

it('leaves nothing where it cannot be kept', () => {
  mkdirSync(join(folder, 'jwt-secret')); // empty: somebody's mistake, or a volume
  mkdirSync(join(folder, 'jwt-secret', 'jwt-secret'));
  expect(() => keptSecret(folder)).toThrow(/EISDIR/);
  expect(readdirSync(folder)).toEqual(['jwt-secret']);
});
