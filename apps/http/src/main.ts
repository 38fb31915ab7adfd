import '@ticket/adapters/node-version';

// Imported only now: an older Node would stop inside a library before it could be told.
const { serve } = await import('./serve.ts');
await serve();
