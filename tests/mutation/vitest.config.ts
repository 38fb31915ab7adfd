import { defineConfig } from 'vitest/config';

// Workspaces resolve to their sources, as in the other runs.
const conditions = ['@ticket/source'];

/** The tests that Stryker runs on each mutant (stryker.config.mjs): those of the mutated folders, and two that try every use case. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: 'packages/domain',
    include: ['src/{stock,selling,requests}/*.test.ts', 'src/testing/{rights,without-accounts}.test.ts'],
    // One worker runs all files of a mutant, so it loads the modules that they share once.
    isolate: false,
  },
});
