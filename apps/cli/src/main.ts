import '@ticket/adapters/node-version';
import { endOnSignals } from '@ticket/adapters/signals';

// Only the server needs this handler. Other commands end on a signal by default.
if (process.argv.includes('serve')) endOnSignals();
// Imported after the version check and the signal handler. Otherwise an older Node would fail inside a library before the message, and a signal
// during the import would be lost.
const { run } = await import('./run.ts');
process.exitCode = await run(process.argv.slice(2));
