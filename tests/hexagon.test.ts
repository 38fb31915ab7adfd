import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const Result = v.object({
  summary: v.object({ totalCruised: v.number(), violations: v.array(v.object({ from: v.string(), rule: v.object({ name: v.string() }) })) }),
});
const Rules = v.object({ forbidden: v.array(v.object({ name: v.string() })) });
const rules = v.parse(Rules, createRequire(import.meta.url)('../.dependency-cruiser.cjs')).forbidden.map(({ name }) => name);
/** tools/engine-names.mjs, which reads the content of files as well as their imports. */
const ENGINES = 'no-engine-is-named-outside-dialects';
const namesIn = (...folder: string[]) => spawnSync(process.execPath, ['tools/engine-names.mjs', ...folder], { cwd: root, encoding: 'utf8' });

function violationsIn(...folders: string[]) {
  const options = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders];
  const { stdout } = spawnSync(process.execPath, ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', ...options], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return v.parse(Result, JSON.parse(stdout)).summary;
}

describe('the hexagon', () => {
  it('has no leak, and was really read', () => {
    const { violations, totalCruised } = violationsIn('packages', 'apps');
    expect(violations).toEqual([]);
    expect(totalCruised).toBeGreaterThan(60);
  });

  it('has a planted leak for every rule', () => {
    expect(readdirSync(`${root}/tests/leaks`).toSorted()).toEqual([...rules, ENGINES].toSorted());
  });

  it.each(rules)('%s catches its planted leak, in every file that has one', (rule) => {
    const { violations } = violationsIn(`tests/leaks/${rule}`);
    expect(new Set(violations.map((violation) => violation.rule.name))).toEqual(new Set([rule]));
    if (rule === 'domain-imports-only-itself') expect(new Set(violations.map(({ from }) => from)).size).toBe(2);
  });

  it(`${ENGINES}: none is, and a planted name is found in code, in a text, in an import and in a file's name, and nowhere else`, () => {
    expect([namesIn().status, namesIn().stderr]).toEqual([0, '']);
    const { status, stderr } = namesIn(`tests/leaks/${ENGINES}`);
    const found = stderr
      .trim()
      .split('\n')
      .map((line) => line.replace('packages/adapters/src/persistence/', ''));
    expect([status, found.toSorted()]).toEqual([
      1,
      [
        ...['galera-nodes.ts: its own name', 'look-ups.ts:1: openMySql', 'look-ups.ts:4: libsql'],
        ...['look-ups.ts:4: openMySql', 'look-ups.ts:4: sqlite'],
      ],
    ]);
  });

  it('has no file in the adapters that is longer than 250 lines, unless its first line says why', () => {
    const folder = `${root}/packages/adapters/src`;
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    const long = files.filter((name) => {
      const lines = readFileSync(`${folder}/${name}`, 'utf8').trimEnd().split('\n');
      return lines.length > 250 && !/^\/\/ .*\blines\b/.test(lines[0] ?? '');
    });
    expect([files.length > 50, long]).toEqual([true, []]);
  });

  it('spreads no object literal into another one: a property stands for itself, however many lines that takes', () => {
    const spread = /\.\.\.\s*\{/;
    const folders = [
      ...['packages', 'apps'].flatMap((kind) => readdirSync(`${root}/${kind}`).map((name) => `${kind}/${name}/src`)),
      'tests',
      'tools',
      'bench',
    ];
    const files = folders.flatMap((folder) =>
      readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    );
    // The benchmark installs the reference's packages into its own folder.
    const sources = files.filter((name) => /\.[cm]?[jt]s$/.test(name) && !name.includes('node_modules'));
    const found = sources.filter((name) => spread.test(readFileSync(`${root}/${name}`, 'utf8')));
    const planted = ['{ ..', '{ a: 1 }, b }'].join('.'); // as one text, this check would find it here
    expect([planted, '{ ...rest, ...(b ? { b } : {}) }'].map((text) => spread.test(text))).toEqual([true, false]);
    expect([sources.length > 300, found]).toEqual([true, []]);
  });

  it('gives the domain no dependency, and one way in for each reader', () => {
    const Description = v.object({ dependencies: v.optional(v.record(v.string(), v.string())), exports: v.record(v.string(), v.unknown()) });
    const description = v.parse(Description, JSON.parse(readFileSync(`${root}/packages/domain/package.json`, 'utf8')));
    expect(description.dependencies).toBeUndefined();
    expect(Object.keys(description.exports)).toEqual(['.', './accounts', './memory', './spi', './testing']);
  });

  it('compiles the domain without Node and the browser, so that time, ids and the network have to come through ports', () => {
    const { stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tests/leaks-of-types'], {
      cwd: root,
      encoding: 'utf8',
    });
    const unknown = [...stdout.matchAll(/Cannot find name '(\w+)'/g)].map(([, name]) => name);
    expect(unknown).toEqual(['process', 'console', 'fetch', 'crypto', 'setTimeout', 'document', 'Buffer', 'Request']);
  });
});
