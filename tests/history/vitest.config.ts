import { defineConfig } from 'vitest/config';

/** Opt-in (`npm run test:history`): its file is not named *.test.ts, so no other run includes it. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['long.history.ts'],
    reporters: ['default', '../closing-line.ts'],
    disableConsoleIntercept: true,
    fileParallelism: false,
    hookTimeout: 120_000,
  },
});
