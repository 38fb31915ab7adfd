import '@ticket/adapters/node-version';
import { endOnSignals } from '@ticket/adapters/signals';

// Other commands end as any program does.
if (process.argv[2] === 'serve') endOnSignals();
// Imported only now: an older Node would stop inside a library before it could be told, and a signal meanwhile would be lost.
const { run } = await import('./run.ts');
process.exitCode = await run(process.argv.slice(2));
