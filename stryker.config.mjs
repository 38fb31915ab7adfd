// Mutation tests of the domain's decisions: docs/mutation-testing.md.
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  // The names of the tests that reach a mutant choose the files, so Vitest does not have to find the related ones.
  vitest: { configFile: 'tests/mutation/vitest.config.ts', related: false },
  mutate: ['packages/domain/src/{stock,selling,requests}/*.ts', '!**/*.test.ts'],
  coverageAnalysis: 'perTest',
  // Values that a module computes when it is loaded would need a new process and all tests for each mutant.
  ignoreStatic: true,
  concurrency: 2,
  // The copy in which it mutates has only what the tests need.
  ignorePatterns: ['**', '!packages/domain/src/**', '!packages/domain/package.json', '!package.json', '!tests/mutation/vitest.config.ts'],
  // Git ignores dist/.
  tempDirName: 'dist/mutation/sandbox',
  incrementalFile: 'dist/mutation/incremental.json',
  reporters: ['clear-text', 'html', 'json', 'progress'],
  htmlReporter: { fileName: 'dist/mutation/report.html' },
  jsonReporter: { fileName: 'dist/mutation/report.json' },
  thresholds: { high: 98, low: 95, break: 95 },
};
