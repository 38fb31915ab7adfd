import { defineConfig } from 'vitest/config';

/** `npm run test:clients`. Its packages are in a project of their own, so that nobody else has to install them. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.clients.ts'],
    reporters: ['default', '../closing-line.ts'],
    testTimeout: 60_000,
    hookTimeout: 240_000,
  },
});
