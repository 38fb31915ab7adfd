type Act = (signal: NodeJS.Signals) => void;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

const end: Act = () => process.exit(0);

/**
 * A signal ends the process at once. A server says so before it loads its program, while nothing is in flight: as the first process of
 * a container it never hears a signal that it has no handler for.
 */
export function endOnSignals(): void {
  for (const signal of SIGNALS) process.on(signal, end);
}

/** From now on a signal does this instead. */
export function onSignals(act: Act): void {
  for (const signal of SIGNALS) process.off(signal, end).on(signal, act);
}
