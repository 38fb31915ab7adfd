import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const workspaces = ['packages', 'apps'].flatMap((kind) => readdirSync(join(root, kind)).map((name) => `${kind}/${name}`));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-release-'));
  for (const path of ['package.json', 'package-lock.json', '.changeset', ...workspaces.map((name) => `${name}/package.json`)]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const version = () => execFileSync(process.execPath, [join(root, 'node_modules/@changesets/cli/bin.js'), 'version'], { cwd: folder, stdio: 'pipe' });
const descriptionOf = (name: string, from = folder) => JSON.parse(readFileSync(join(from, name, 'package.json'), 'utf8'));
const versions = () => new Set(workspaces.map((name) => descriptionOf(name).version));

it('the waiting changesets can be versioned', () => {
  version();
  expect(readdirSync(join(folder, '.changeset'))).toEqual(['config.json']);
});

it('all workspaces get one version, and pin each other at it', () => {
  const [major, minor] = String(descriptionOf('packages/domain').version).split('.').map(Number);
  writeFileSync(join(folder, '.changeset/more.md'), '---\n"@ticket/domain": minor\n---\n\nMore.\n');
  version();
  const next = `${major}.${(minor ?? 0) + 1}.0`;
  expect(versions()).toEqual(new Set([next]));
  expect(descriptionOf('packages/adapters').dependencies['@ticket/domain']).toBe(next);
  expect(descriptionOf('packages/kit').peerDependencies['@ticket/domain']).toMatch(/^>=/);
  expect(existsSync(join(folder, 'packages/domain/CHANGELOG.md'))).toBe(true);
});

it('no script publishes', () => {
  const scripts = ['', ...workspaces].flatMap((name) => Object.values<string>(descriptionOf(name, root).scripts ?? {}));
  expect(scripts.filter((script) => /\b(?:npm|changeset|yarn|pnpm) publish\b/.test(script))).toEqual([]);
});
