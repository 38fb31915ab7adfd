import { defineConfig } from 'vitest/config';
import { mutantPlugin } from './tools/mutants.ts';

// Workspaces resolve to their sources, so tests need no build.
const conditions = ['@ticket/source'];
const mutant = process.env['MUTANT'];
const project = (name: string, root: string) => ({
  plugins: mutant === undefined ? [] : [mutantPlugin(mutant)],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name,
    root,
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'leaks/**', 'faults/**', 'history/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

export default defineConfig({
  test: {
    globalSetup: ['./tests/mariadb.ts'],
    reporters: ['default', './tests/closing-line.ts'],
    projects: [
      project('domain', 'packages/domain'),
      project('adapters', 'packages/adapters'),
      project('http', 'apps/http'),
      project('cli', 'apps/cli'),
      project('house', 'tests'),
      project('faults', 'tests/faults'),
      project('history', 'tests/history'),
    ],
  },
});
