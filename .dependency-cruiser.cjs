// The hexagon's rules. Each is shown catching a leak in tests/hexagon.test.ts: a rule is trusted once it was seen to bite.
const tests = '\\.test\\.ts$|/testing/';

module.exports = {
  forbidden: [
    {
      name: 'domain-imports-only-itself',
      comment: 'The domain has no dependencies: no package, no Node, no adapter, no app; not even for a type.',
      severity: 'error',
      from: { path: 'packages/domain/src/', pathNot: tests },
      to: { pathNot: 'packages/domain/src/' },
    },
    {
      name: 'domain-needs-no-test-code',
      comment: 'What the product runs on imports nothing that is for tests.',
      severity: 'error',
      from: { path: '(packages|apps)/[^/]+/src/', pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'requests-know-no-other-room',
      comment: 'The actor, refusals, keys, lists: all rooms of the domain stand on it, so it stands on none.',
      severity: 'error',
      from: { path: 'packages/domain/src/requests/', pathNot: tests },
      to: { path: 'packages/domain/src/', pathNot: 'packages/domain/src/requests/' },
    },
    {
      name: 'stock-knows-requests-alone',
      comment: 'What no ticket is sold twice by needs neither use cases nor accounts.',
      severity: 'error',
      from: { path: 'packages/domain/src/stock/', pathNot: tests },
      to: { path: 'packages/domain/src/', pathNot: 'packages/domain/src/(stock|requests)/' },
    },
    {
      name: 'selling-knows-no-accounts',
      comment: 'Other apps bring accounts of their own.',
      severity: 'error',
      from: { path: 'packages/domain/src/selling/', pathNot: tests },
      to: { path: 'packages/domain/src/accounts/' },
    },
    {
      name: 'accounts-know-no-sale',
      severity: 'error',
      from: { path: 'packages/domain/src/accounts/', pathNot: tests },
      to: { path: 'packages/domain/src/(stock|selling)/' },
    },
    {
      name: 'no-room-knows-memory',
      comment: 'Ports in memory are one implementation among others.',
      severity: 'error',
      from: { path: 'packages/domain/src/', pathNot: `${tests}|packages/domain/src/memory/` },
      to: { path: 'packages/domain/src/memory/' },
    },
    {
      name: 'inversify-is-named-in-the-container-alone',
      severity: 'error',
      from: { pathNot: 'packages/adapters/src/container\\.ts$' },
      to: { path: 'node_modules/(inversify|reflect-metadata)/' },
    },
    {
      name: 'typeorm-is-named-in-persistence-alone',
      severity: 'error',
      from: { pathNot: 'packages/adapters/src/persistence/' },
      to: { path: 'node_modules/typeorm/' },
    },
    {
      name: 'apps-name-no-database-token-or-password-library',
      severity: 'error',
      from: { path: 'apps/' },
      to: { path: 'node_modules/(typeorm|mysql2|libsql|jose|@node-rs/bcrypt|inversify)/' },
    },
    {
      name: 'adapters-know-no-kit',
      comment: 'The product runs without its proof. Tests alone import the kit.',
      severity: 'error',
      from: { path: '(packages/(domain|adapters)|apps/[^/]+)/src/', pathNot: tests },
      to: { path: 'packages/kit/' },
    },
    {
      name: 'kit-knows-the-ports-alone',
      comment: 'Its laws hold for every implementation. A database address alone loads our adapters, in cli.ts.',
      severity: 'error',
      from: { path: 'packages/kit/src/', pathNot: `${tests}|packages/kit/src/cli\\.ts$` },
      to: { path: 'packages/adapters/' },
    },
    {
      name: 'adapters-know-no-app',
      severity: 'error',
      from: { path: 'packages/' },
      to: { path: 'apps/' },
    },
    {
      name: 'client-imports-only-itself',
      comment: 'It runs in browsers, and knows the server by the OpenAPI document alone.',
      severity: 'error',
      from: { path: 'packages/client/src/', pathNot: tests },
      to: { pathNot: 'packages/client/src/' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|apps)/[^/]+/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.test.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['@ticket/source', 'import', 'types', 'default'] },
  },
};
