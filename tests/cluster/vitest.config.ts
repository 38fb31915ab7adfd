import { defineConfig } from 'vitest/config';

// Workspaces resolve to their sources, as in the other runs.
const conditions = ['@ticket/source'];

/** Opt-in (`npm run test:cluster`): its files are not named *.test.ts, so `npm test` never takes it up. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: import.meta.dirname,
    include: ['*.cluster.ts'],
    fileParallelism: false,
    reporters: ['default', '../closing-line.ts'],
    disableConsoleIntercept: true,
    // The scenarios of a file follow each other on one cluster: after a failure it is not as the next one needs it.
    bail: 1,
    // A storm, a stall of some seconds, and a node that may have to be copied whole, on a busy machine.
    testTimeout: 240_000,
    hookTimeout: 300_000,
  },
});
