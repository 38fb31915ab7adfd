import '@ticket/adapters/node-version';
import { endOnSignals } from '@ticket/adapters/signals';

// Other commands end as any program does.
if (process.argv[2] === 'serve') endOnSignals();
// Imported after the version check: an older Node would fail inside a library before the message. A signal meanwhile would also be lost.
const { run } = await import('./run.ts');
process.exitCode = await run(process.argv.slice(2));
