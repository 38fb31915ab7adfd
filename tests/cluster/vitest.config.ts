import { defineConfig } from 'vitest/config';

// Workspaces resolve to their sources, as in the other runs.
const conditions = ['@ticket/source'];

/** Opt-in (`npm run test:cluster`): its files are not named *.test.ts, so `npm test` never runs them. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: import.meta.dirname,
    include: ['*.cluster.ts'],
    fileParallelism: false,
    reporters: ['default', '../closing-line.ts'],
    disableConsoleIntercept: true,
    // The scenarios of a file share one cluster. After a failure it may not be in the state that the next one needs.
    bail: 1,
    // Covers a storm, a stall of some seconds, and a full copy of a node, on a busy machine.
    testTimeout: 240_000,
    hookTimeout: 300_000,
  },
});
