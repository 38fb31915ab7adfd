import { defineConfig } from 'vitest/config';

/** `npm run pack:check` runs it on the tarballs that it packed. Its files are not named *.test.ts, so `npm test` needs no build. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.packed.ts'],
    reporters: ['default', '../closing-line.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
