import { defineConfig } from 'vitest/config';
import { mutantPlugin } from './tools/mutants.ts';

// Workspaces resolve to their sources, so tests need no build.
const conditions = ['@ticket/source'];
/** Real servers and databases, started, stopped and killed: apart from all other tests. */
const processes = ['faults/**/*.test.ts', 'history/**/*.test.ts'];
/** Those whose time goes into programs that start, and limits that pass: two files at a time, since no answer depends on how busy the machine is. */
const sideBySide = [
  ...['failover', 'late-requests', 'marks', 'private-servers', 'server-settings', 'sqlite-files', 'stale-reads', 'walls', 'way-out'].map(
    (name) => `faults/${name}.test.ts`,
  ),
  'history/**/*.test.ts',
];
const project = (name: string, root: string, { include = ['**/*.test.ts'], exclude = [] as readonly string[], test = {} } = {}) => ({
  plugins: process.env['MUTANT'] === undefined ? [] : [mutantPlugin()],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name,
    root,
    include,
    exclude: ['**/node_modules/**', '**/dist/**', ...exclude],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    ...test,
  },
});

export default defineConfig({
  test: {
    globalSetup: ['./tests/throwaway-servers.ts'],
    reporters: ['default', './tests/closing-line.ts'],
    projects: [
      project('domain', 'packages/domain'),
      project('adapters', 'packages/adapters'),
      project('http', 'apps/http'),
      project('cli', 'apps/cli'),
      project('house', 'tests', { exclude: ['leaks/**', ...processes] }),
      project('faults', 'tests', { include: processes, exclude: sideBySide, test: { maxWorkers: 1, sequence: { groupOrder: 1 } } }),
      project('faults-side-by-side', 'tests', { include: sideBySide, test: { maxWorkers: 2, sequence: { groupOrder: 2 } } }),
    ],
  },
});
