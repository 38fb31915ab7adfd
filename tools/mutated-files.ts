import { existsSync } from 'node:fs';

const FOLDERS = /^(packages\/domain\/src\/(?:stock|selling|requests))\/([\w-]+)(\.test)?\.ts$/;

/**
 * The files whose mutants a change may let through: changed sources, and the sources beside changed tests. A test that is named for no source
 * stands for its whole folder.
 */
export function filesToMutate(changed: readonly string[], isThere: (path: string) => boolean = existsSync): string[] {
  const files = changed.flatMap((path) => {
    const [, folder, name] = FOLDERS.exec(path) ?? [];
    if (folder === undefined) return [];
    const source = `${folder}/${name}.ts`;
    if (isThere(source)) return [source];
    return path.endsWith('.test.ts') ? [`${folder}/*.ts`] : [];
  });
  return [...new Set(files)].toSorted();
}
