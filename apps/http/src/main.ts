import '@ticket/adapters/node-version';
import { endOnSignals } from '@ticket/adapters/signals';

endOnSignals();
// Imported after the version check: an older Node would fail inside a library before the message. A signal meanwhile would also be lost.
const { serve } = await import('./serve.ts');
await serve();
