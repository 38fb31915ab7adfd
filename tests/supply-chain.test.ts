import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Entry {
  [key: string]: unknown;
  dev?: boolean;
  link?: boolean;
  dependencies?: Record<string, string>;
}
const readLock = (folder: string): { packages: Record<string, Entry> } => JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
const run = (tool: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'tools', tool), ...args], { encoding: 'utf8' });
  return { status, said: stdout + stderr };
};

describe('the lock and what ships', () => {
  it('are as the tools want them', () => {
    expect(run('check-lock.mjs')).toEqual({ status: 0, said: '' });
    expect(run('licences.mjs', '--check')).toEqual({ status: 0, said: '' });
  });

  it('of what is developed with only what a workspace depends on ships', () => {
    const { packages } = readLock(root);
    const developed = Object.keys((packages['']?.['devDependencies'] ?? {}) as object);
    const workspaces = Object.entries(packages).filter(([path]) => path !== '' && !path.includes('node_modules/'));
    const wanted = new Set(workspaces.flatMap(([, { dependencies = {} }]) => Object.keys(dependencies)));
    const shipped = developed.filter((name) => packages[`node_modules/${name}`]?.dev !== true && !wanted.has(name));
    // Optional peers of shipped packages. npm installs them if they are present.
    expect(shipped.filter((name) => !['typescript', '@types/node'].includes(name))).toEqual([]);
    expect(packages['node_modules/vite']?.dev).toBe(true);
  });
});

describe('a lock is refused', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ticket-lock-'));
    mkdirSync(join(folder, 'docs'));
    for (const file of ['package.json', 'package-lock.json', 'docs/licences.md']) cpSync(join(root, file), join(folder, file));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const planted = (path: string, changes: Entry) => {
    const lock = readLock(folder);
    lock.packages[path] = { ...lock.packages[path], ...changes };
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  };

  it.each<[what: string, path: string, changes: Entry, complaint: string]>([
    ['a package without its sum', 'node_modules/hono', { integrity: undefined }, 'node_modules/hono has no SHA-512'],
    ['a weak sum', 'node_modules/hono', { integrity: 'sha1-lf3fDoYhPBQ=' }, 'node_modules/hono has no SHA-512'],
    ['a package from git', 'node_modules/hono', { resolved: 'git+ssh://git@example.com/hono.git#1' }, 'node_modules/hono records a download address'],
    [
      'one registry’s address',
      'node_modules/hono',
      { resolved: 'https://registry.example/hono.tgz' },
      'node_modules/hono records a download address',
    ],
    ['a link out of the house', 'node_modules/@ticket/domain', { resolved: '../domain' }, 'leads to ../domain, which is no workspace'],
    ['a script that nobody denied', 'node_modules/hono', { hasInstallScript: true }, 'node_modules/hono runs a script'],
    ['a range', 'apps/http', { dependencies: { hono: '^4.0.0' } }, 'apps/http asks for hono@^4.0.0'],
    ['a tag', '', { devDependencies: { knip: 'latest' } }, 'package.json asks for knip@latest'],
    ['a missing binary', 'node_modules/hono', { optionalDependencies: { 'hono-plan9': '1.0.0' } }, 'not in the lock: hono-plan9@1.0.0'],
  ])('with %s', (_, path, changes, complaint) => {
    expect(run('check-lock.mjs', folder)).toEqual({ status: 0, said: '' });
    planted(path, changes);
    const { status, said } = run('check-lock.mjs', folder);
    expect([status, said]).toEqual([1, expect.stringContaining(complaint)]);
  });

  it.each<[license: string | undefined, isAllowed: boolean]>([
    ['GPL-3.0-only', false],
    ['SEE LICENSE IN LICENSE', false],
    [undefined, false],
    ['(MIT AND GPL-2.0-only)', false],
    ['(GPL-2.0-only OR MIT)', true],
    ['BlueOak-1.0.0', true],
  ])('with the licence %s: not for what ships, %s', (license, isAllowed) => {
    planted('node_modules/knip', { license });
    expect(run('licences.mjs', folder)).toEqual({ status: 0, said: '' }); // it is not shipped
    planted('node_modules/hono', { license });
    expect(run('licences.mjs', folder).status).toBe(isAllowed ? 0 : 1);
  });

  it('when its page of licences is old', () => {
    expect(run('licences.mjs', '--check', folder).status).toBe(0);
    planted('node_modules/hono', { version: '4.0.0' });
    expect(run('licences.mjs', '--check', folder)).toEqual({ status: 1, said: expect.stringContaining('npm run licences') });
  });
});
