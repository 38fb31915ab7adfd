import { defineConfig } from 'vitest/config';
import { mutantPlugin } from './tools/mutants.ts';

// Workspaces resolve to their sources, so tests need no build.
const conditions = ['@ticket/source'];
const mutant = process.env['MUTANT'];
/** Real servers and databases, started, stopped and killed: one file after another, apart from all others. */
const processes = ['faults/**/*.test.ts', 'history/**/*.test.ts'];
const project = (name: string, root: string, { include = ['**/*.test.ts'], exclude = [] as readonly string[] } = {}) => ({
  plugins: mutant === undefined ? [] : [mutantPlugin(mutant)],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name,
    root,
    include,
    exclude: ['**/node_modules/**', '**/dist/**', ...exclude],
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
      project('house', 'tests', { exclude: ['leaks/**', ...processes] }),
      project('faults', 'tests', { include: processes }),
    ],
  },
});
