import { defineConfig } from 'vitest/config';
import { mutantPlugin } from './tools/mutants.ts';

// Workspaces resolve to their sources, so tests need no build.
const conditions = ['@ticket/source'];
/** Real servers and databases, started, stopped and killed: apart from all other tests. */
const processes = ['faults/**/*.test.ts', 'history/**/*.test.ts'];
/** Those that measure how fast something is: a neighbour would change what they see. */
const measuring = ['alarms.test.ts', 'threats/cost-before-identity.test.ts'];
const measuringFaults = ['alarms', 'locks', 'strangers'].map((name) => `faults/${name}.test.ts`);
/** Everything else, two files at a time: much of a file's time goes into programs that start and limits that pass. */
const sideBySide = { maxWorkers: 2 };
const project = (name: string, root: string, { include = ['**/*.test.ts'], exclude = [] as readonly string[], test = {} } = {}) => ({
  plugins: process.env['MUTANT'] === undefined ? [] : [mutantPlugin()],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name,
    root,
    include,
    exclude: ['**/node_modules/**', '**/dist/**', ...exclude],
    // A run for some engines has files without a test: those of the others.
    passWithNoTests: process.env['TEST_ENGINES'] !== undefined,
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
      project('domain', 'packages/domain', { test: sideBySide }),
      project('kit', 'packages/kit', { test: sideBySide }),
      project('client', 'packages/client', { test: sideBySide }),
      project('adapters', 'packages/adapters', { test: sideBySide }),
      project('http', 'apps/http', { test: sideBySide }),
      project('cli', 'apps/cli', { test: sideBySide }),
      project('house', 'tests', { exclude: ['leaks/**', ...processes, ...measuring], test: sideBySide }),
      project('house-alone', 'tests', { include: measuring, test: { maxWorkers: 1, sequence: { groupOrder: 1 } } }),
      project('faults', 'tests', { include: processes, exclude: measuringFaults, test: { ...sideBySide, sequence: { groupOrder: 2 } } }),
      project('faults-alone', 'tests', { include: measuringFaults, test: { maxWorkers: 1, sequence: { groupOrder: 3 } } }),
    ],
  },
});
