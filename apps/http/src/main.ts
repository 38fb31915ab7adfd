import '@ticket/adapters/node-version';
import { endOnSignals } from '@ticket/adapters/signals';

endOnSignals();
// Imported only now: an older Node would stop inside a library before it could be told, and a signal meanwhile would be lost.
const { serve } = await import('./serve.ts');
await serve();
