import '@ticket/adapters/node-version';
import { endOnSignals } from '@ticket/adapters/signals';

endOnSignals();
// Imported after the version check and the signal handler. Otherwise an older Node would fail inside a library before the message, and a signal
// during the import would be lost.
const { serve } = await import('./serve.ts');
await serve();
