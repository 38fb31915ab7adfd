import '@ticket/adapters/node-version';

// Imported only now: an older Node would stop inside a library before it could be told.
const { run } = await import('./run.ts');
process.exitCode = await run(process.argv.slice(2));
