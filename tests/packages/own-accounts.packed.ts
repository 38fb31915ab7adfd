import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'examples/own-accounts');
const run = promisify(execFile);
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(?:config_local_prefix|package_|lifecycle_)/.test(name)),
);

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-own-accounts-'));
  cpSync(source, folder, { recursive: true });
  const tarballs = readdirSync(join(root, 'dist/tarballs')).filter((name) => /ticket-(?:domain|adapters)-/.test(name));
  const packages = tarballs.map((name) => join(root, 'dist/tarballs', name));
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', ...packages], { cwd: folder, env: environment });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a shop with accounts of its own, with the packed domain and adapters', () => {
  it('has no more than 40 lines of code', () => {
    const lines = readFileSync(join(source, 'shop.ts'), 'utf8').split('\n');
    expect(lines.filter((line) => !/^\s*(?:$|\/\/|\/\*\*)/.test(line)).length).toBeLessThanOrEqual(40);
  });

  it('compiles with the declarations of the packages, and prints what its README says, also on a database that is there', async () => {
    const [, printed] = /^It prints:\n\n```\n(.*?)^```/ms.exec(readFileSync(join(source, 'README.md'), 'utf8')) ?? [];
    expect(printed).toContain('Ani books');
    expect((await run('npm', ['--silent', 'start'], { cwd: folder, env: environment })).stdout).toBe(printed);
    expect((await run(process.execPath, ['sell.js'], { cwd: folder })).stdout).toBe(printed);
  });

  it('signs in by e-mail and password alone, keeps sessions when it is opened again, and stores neither passwords nor tokens', async () => {
    const { openShop } = await import(pathToFileURL(join(folder, 'shop.js')).href);
    const data = join(folder, 'data');
    const shop = await openShop(data);
    await shop.signUp('sari@example.com', 'a password of Sari');
    await expect(shop.signUp('sari@example.com', 'another')).rejects.toMatchObject({ code: 'email_taken' });
    for (const [email, password] of [
      ['sari@example.com', 'another'],
      ['nobody@example.com', 'a password of Sari'],
    ])
      await expect(shop.signIn(email, password)).rejects.toMatchObject({ code: 'wrong_credentials' });
    const token: string = await shop.signIn('sari@example.com', 'a password of Sari');
    const { actor } = shop.contextOf(token);
    expect(actor).toEqual({ userId: expect.stringMatching(/^[-0-9a-f]{36}$/), role: 'user' });
    expect(['', 'x', token.toLowerCase(), `${token} `].map((wrong) => shop.contextOf(wrong).actor)).toEqual(Array(4).fill('anonymous'));
    await shop.close();
    const again = await openShop(data);
    expect(again.contextOf(token).actor).toEqual(actor);
    await again.close();
    const stored = readdirSync(data).map((name) => readFileSync(join(data, name), 'latin1'));
    expect(stored.join('')).toContain('sari@example.com');
    for (const secret of ['a password of Sari', token]) expect(stored.join('')).not.toContain(secret);
  });
});
