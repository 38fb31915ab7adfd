type Act = (signal: NodeJS.Signals) => void;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

const end: Act = () => process.exit(0);

/**
 * Makes a signal end the process at once. A server calls it before it loads its program, when no request can be running. Without a handler,
 * the first process of a container ignores the signal.
 */
export function endOnSignals(): void {
  for (const signal of SIGNALS) process.on(signal, end);
  process.once('exit', waitForNoName);
}

/** From now on a signal calls `act` instead. */
export function onSignals(act: Act): void {
  for (const signal of SIGNALS) process.off(signal, end).on(signal, act);
}

/**
 * At its end Node waits for its threads, and a thread that looks up a name may wait long for the resolver. So the process kills itself.
 * After exit code 0 it uses SIGTERM, which supervisors accept as a clean end.
 */
function waitForNoName(exitCode: number): void {
  if (!process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap')) return;
  for (const signal of SIGNALS) process.removeAllListeners(signal);
  process.kill(process.pid, exitCode === 0 ? 'SIGTERM' : 'SIGKILL');
}
