// What a package's tarball may have in it. tools/pack.ts stages and checks by it.
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import * as v from 'valibot';

const Names = v.optional(v.record(v.string(), v.string()), {});
const Description = v.looseObject({
  name: v.string(),
  version: v.string(),
  exports: v.record(v.string(), v.record(v.string(), v.string())),
  bin: Names,
  dependencies: Names,
  peerDependencies: Names,
});
type Description = v.InferOutput<typeof Description>;

export const readDescription = (folder: string): Description => v.parse(Description, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));

/** Leads to the sources inside this repository, where nothing has been built. */
const SOURCE = '@ticket/source';

/** The package.json that is shipped: without what only this repository needs. */
export function shippedDescription({ private: _, scripts: _scripts, devDependencies: _dev, exports, ...rest }: Description): object {
  const entries = Object.entries(exports)
    .filter(([entry]) => entry !== './testing')
    .map(([entry, conditions]) => [entry, Object.fromEntries(Object.entries(conditions).filter(([condition]) => condition !== SOURCE))]);
  return { ...rest, exports: Object.fromEntries(entries) };
}

/** What every package has, whatever it exports. */
const ALWAYS = ['package.json', 'README.md', 'LICENSE'];
const TESTS = /\.test\b|\.contract\b|(?:^|\/)(?:testing|tests?)\/|tsbuildinfo/;

/**
 * The files of a package that its entry points reach: the JavaScript and the types, their maps, and the sources that the maps name. A folder
 * that was built before has files of modules that are gone, so everything else stays behind.
 */
export function reachableFiles(folder: string): string[] {
  const { exports, bin } = v.parse(Description, shippedDescription(readDescription(folder)));
  const found = new Set<string>(ALWAYS);
  const waiting = [...Object.values(exports).flatMap((conditions) => Object.values(conditions)), ...Object.values(bin)].map((path) => join(path));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const map = `${file}.map`;
    if (existsSync(join(folder, map))) for (const path of [map, ...sourcesOf(folder, map)]) found.add(path);
    waiting.push(
      ...importsOf(folder, file)
        .filter(isRelative)
        .map((specifier) => fileOf(file, specifier)),
    );
  }
  return [...found].toSorted();
}

/** Everything that is wrong with the content of an unpacked tarball, given its files. */
export function faultsOf(folder: string, files: readonly string[]): string[] {
  const description = readDescription(folder);
  const { name, dependencies, peerDependencies } = description;
  const needed = reachableFiles(folder);
  const declared = [name, ...Object.keys(dependencies), ...Object.keys(peerDependencies)];
  const undeclared = files
    .filter((file) => /\.(?:js|d\.ts)$/.test(file))
    .flatMap((file) =>
      importsOf(folder, file)
        .filter((specifier) => !isRelative(specifier) && !isBuiltin(specifier) && !declared.includes(packageOf(specifier)))
        .map((specifier) => `${file} imports ${specifier}, which package.json does not declare`),
    );
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  return [
    ...files.filter((file) => TESTS.test(file)).map((file) => `${file} is for tests`),
    ...files.filter((file) => !needed.includes(file)).map((file) => `${file} is reached by no entry point`),
    ...needed.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...['private', 'scripts', 'devDependencies'].filter((key) => key in description).map((key) => `package.json has ${key}`),
    ...[SOURCE, './testing'].filter((word) => text.includes(`"${word}"`)).map((word) => `package.json names ${word}`),
    ...Object.entries(dependencies)
      .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
      .map(([dependency, version]) => `package.json asks for ${dependency}@${version}; pin one version`),
    ...undeclared,
  ];
}

const isRelative = (specifier: string): boolean => specifier.startsWith('.');

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

function importsOf(folder: string, file: string): string[] {
  return ts.preProcessFile(readFileSync(join(folder, file), 'utf8'), true, true).importedFiles.map(({ fileName }) => fileName);
}

/** Declarations name the module's source, which is beside them as a declaration. */
function fileOf(importer: string, specifier: string): string {
  const path = join(dirname(importer), specifier);
  return importer.endsWith('.d.ts') ? path.replace(/(?:\.d)?\.[jt]s$/, '.d.ts') : path;
}

const SourceMap = v.object({ sources: v.array(v.string()) });

function sourcesOf(folder: string, map: string): string[] {
  const { sources } = v.parse(SourceMap, JSON.parse(readFileSync(join(folder, map), 'utf8')));
  return sources.map((source) => join(dirname(map), source));
}
