import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onSignals } from '@ticket/adapters/signals';

/** What `npm start` gives to Node. V8 and libuv read these only when a process starts. */
const V8_SETTINGS = ['--max-semi-space-size=32', '--max-old-space-size=1024'] as const;
const THREADS = '8';

/** Whether this process was started with the settings. */
export const isTuned = (): boolean => V8_SETTINGS.every((setting) => process.execArgv.includes(setting));

/**
 * Runs this program again, in a process with the settings, and returns its exit code. Signals are passed on. If this process is killed, the
 * other one stops too: see `endWithParent`.
 */
export async function runTuned(): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...V8_SETTINGS, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // Ctrl-C on a terminal goes to every process of the group, and a server that hears it twice ends without finishing its requests.
    detached: true,
    env: { UV_THREADPOOL_SIZE: THREADS, ...process.env },
  });
  onSignals((signal) => void child.kill(signal));
  const [code, signal]: unknown[] = await once(child, 'exit');
  return typeof code === 'number' ? code : signal === 'SIGTERM' ? 0 : 3;
}

/** Stops the process like SIGTERM when the process that runs it has ended. */
export function endWithParent(): void {
  if (process.channel === undefined) return;
  process.channel.unref();
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
