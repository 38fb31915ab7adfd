type Act = (signal: NodeJS.Signals) => void;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

const end: Act = () => process.exit(0);

/**
 * A signal ends the process at once. A server sets this before it loads its program, while nothing is in flight. The first process of a
 * container otherwise ignores a signal that it has no handler for.
 */
export function endOnSignals(): void {
  for (const signal of SIGNALS) process.on(signal, end);
  process.once('exit', waitForNoName);
}

/** From now on a signal does this instead. */
export function onSignals(act: Act): void {
  for (const signal of SIGNALS) process.off(signal, end).on(signal, act);
}

/**
 * Node joins its threads at the end, and one that looks up a name waits for as long as the resolver takes. A signal ends it: the one that
 * supervisors take for a clean end, where it is one.
 */
function waitForNoName(exitCode: number): void {
  if (!process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap')) return;
  for (const signal of SIGNALS) process.removeAllListeners(signal);
  process.kill(process.pid, exitCode === 0 ? 'SIGTERM' : 'SIGKILL');
}
