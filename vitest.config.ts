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
/** Those that measure: a neighbour would change what they see. */
const measuring = ['alarms.test.ts', 'threats/cost-before-identity.test.ts'];
const twoAtATime = { maxWorkers: 2 };
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
      project('domain', 'packages/domain', { test: twoAtATime }),
      project('adapters', 'packages/adapters', { test: twoAtATime }),
      project('http', 'apps/http', { test: twoAtATime }),
      project('cli', 'apps/cli', { test: twoAtATime }),
      project('house', 'tests', { exclude: ['leaks/**', ...processes, ...measuring], test: twoAtATime }),
      project('house-alone', 'tests', { include: measuring, test: { maxWorkers: 1, sequence: { groupOrder: 1 } } }),
      project('faults', 'tests', { include: processes, exclude: sideBySide, test: { maxWorkers: 1, sequence: { groupOrder: 2 } } }),
      project('faults-side-by-side', 'tests', { include: sideBySide, test: { maxWorkers: 2, sequence: { groupOrder: 3 } } }),
    ],
  },
});
