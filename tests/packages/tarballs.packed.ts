import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, readDescription } from '../../tools/package-content.ts';
import { startServer } from '../../tools/real-server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tarballs = readdirSync(join(root, 'dist/tarballs')).map((name) => join(root, 'dist/tarballs', name));
const names = readdirSync(join(root, 'packages'));
const tarballOf = (name: string): string => tarballs.find((path) => path.includes(`ticket-${name}-`)) ?? 'no tarball';
const run = promisify(execFile);
/** Names of npm's own that a surrounding `npm run` sets would send a nested npm to this repository. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(?:config_local_prefix|package_|lifecycle_)/.test(name)),
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-packages-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function emptyFolder(name: string): string {
  const made = join(folder, name);
  mkdirSync(made);
  writeFileSync(join(made, 'package.json'), '{ "private": true, "type": "module" }');
  return made;
}

const install = (into: string, packages: readonly string[], ...options: readonly string[]) =>
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...options, ...packages.map(tarballOf)], { cwd: into, env: environment });

function unpacked(name: string): string {
  const into = mkdtempSync(join(folder, `${name}-`));
  execFileSync('tar', ['-xzf', tarballOf(name), '-C', into]);
  return join(into, 'package');
}

const filesIn = (made: string): string[] =>
  readdirSync(made, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(made.length + 1));

const readmeOf = (name: string): string => readFileSync(join(root, 'packages', name, 'README.md'), 'utf8');
const exampleOf = (name: string, language = 'js'): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(readmeOf(name))?.[1] ?? 'no example';
/** What the README says that its example prints. */
const outputOf = (name: string): string => /^It prints `(.+?)`/m.exec(readmeOf(name))?.[1] ?? 'nothing';

describe.each(names)('%s', (name) => {
  it('has only what is shipped, and all of it', () => {
    const made = unpacked(name);
    expect(faultsOf(made, filesIn(made))).toEqual([]);
    expect(readFileSync(join(made, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
    const { keywords, description } = readDescription(made);
    expect(keywords).toEqual(expect.arrayContaining(['ticketing']));
    expect(description).toEqual(expect.any(String));
  });

  it('passes publint and attw: every entry point has its code and its types', async () => {
    await run('npx', ['--no-install', 'publint', 'run', tarballOf(name), '--strict'], { cwd: root });
    await run('npx', ['--no-install', 'attw', tarballOf(name), '--profile', 'esm-only', '--no-emoji'], { cwd: root });
  });

  it('has a README that links to nothing outside, with a first example of at most 15 lines', () => {
    const made = unpacked(name);
    const readme = readFileSync(join(made, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
    expect(links.filter((target) => !existsSync(join(made, target)))).toEqual([]);
    expect(exampleOf(name).trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  });
});

describe('installed in an empty folder', () => {
  const example = async (made: string, name: string, env = {}): Promise<string> => {
    writeFileSync(join(made, `${name}.js`), exampleOf(name));
    return (await run(process.execPath, [`${name}.js`], { cwd: made, env: { ...environment, ...env } })).stdout.trim();
  };

  /** Without `skipLibCheck`: the declarations of the package are checked too. */
  function compile(made: string, document: string, text: string, lib: readonly string[] = ['es2022']) {
    writeFileSync(join(made, document), text);
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2022',
      lib,
      types: [],
    };
    writeFileSync(join(made, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [document] }));
    return execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], { cwd: made, encoding: 'utf8' });
  }

  it('the domain needs no other package: its README’s example runs, and its types compile without Node’s', async () => {
    const made = emptyFolder('domain');
    await install(made, ['domain'], '--offline');
    expect(readdirSync(join(made, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@ticket']);
    expect(await example(made, 'domain')).toBe(outputOf('domain'));
    expect(compile(made, 'sell-one-ticket.ts', readFileSync(join(root, 'docs/sell-one-ticket.ts'), 'utf8'))).toBe('');
  });

  it('the client needs no other package: the example of its README in TypeScript compiles with the types of a browser, or of Node', async () => {
    const made = emptyFolder('client');
    await install(made, ['client'], '--offline');
    expect(readdirSync(join(made, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@ticket']);
    expect(compile(made, 'use.ts', exampleOf('client', 'ts'), ['es2022', 'dom'])).toBe('');
    cpSync(join(root, 'node_modules/@types/node'), join(made, 'node_modules/@types/node'), { recursive: true });
    cpSync(join(root, 'node_modules/undici-types'), join(made, 'node_modules/undici-types'), { recursive: true });
    expect(compile(made, 'use.ts', `/// <reference types="node" />\n${exampleOf('client', 'ts')}`)).toBe('');
  });

  it('every README’s example prints what the README says', async () => {
    const made = emptyFolder('all');
    await install(made, names, '--prefer-offline');
    const { url, stop } = await startServer();
    try {
      for (const name of names) expect(await example(made, name, { TICKET_URL: url })).toBe(outputOf(name));
    } finally {
      await stop();
    }
  });

  it('what is private stays private', async () => {
    const made = join(folder, 'domain');
    const find = (specifier: string) => run(process.execPath, ['--input-type=module', '-e', `await import('${specifier}')`], { cwd: made });
    await expect(find('@ticket/domain/testing')).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
    await expect(find('@ticket/domain/dist/stock/event.js')).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
    await expect(find('@ticket/domain/spi')).resolves.toBeDefined();
  });
});

describe('the check refuses', () => {
  it.each<[what: string, spoil: (made: string) => void, fault: string]>([
    ['a test', (made) => writeFileSync(join(made, 'src/event.test.ts'), ''), 'src/event.test.ts is for tests'],
    ['a build’s own notes', (made) => writeFileSync(join(made, 'dist/.tsbuildinfo'), ''), 'dist/.tsbuildinfo is for tests'],
    ['a file of a module that is gone', (made) => writeFileSync(join(made, 'dist/old.js'), ''), 'dist/old.js is reached by no entry point'],
    ['a map without its source', (made) => rmSync(join(made, 'src/index.ts')), 'src/index.ts is missing'],
    [
      'a package that nothing declares',
      (made) => appendTo(made, "\nimport 'left-pad/x';"),
      'dist/index.js imports left-pad/x, which package.json does not declare',
    ],
    ['a description of this repository', (made) => describeAnew(made, { private: true, scripts: {} }), 'package.json has private'],
    ['a range', (made) => describeAnew(made, { dependencies: { valibot: '^1.0.0' } }), 'package.json asks for valibot@^1.0.0; pin one version'],
  ])('%s', (_, spoil, fault) => {
    const made = unpacked('domain');
    spoil(made);
    expect(faultsOf(made, filesIn(made))).toContain(fault);
  });

  const appendTo = (made: string, line: string) => writeFileSync(join(made, 'dist/index.js'), line, { flag: 'a' });
  const describeAnew = (made: string, changes: object) =>
    writeFileSync(join(made, 'package.json'), JSON.stringify({ ...readDescription(made), ...changes }));
});

it('npm pack in a package’s own folder is refused, since that folder is not what is shipped', async () => {
  for (const name of names) {
    await expect(run('npm', ['pack', '--dry-run'], { cwd: join(root, 'packages', name), env: environment })).rejects.toThrow('npm run pack:check');
  }
});
