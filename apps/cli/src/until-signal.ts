const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type EndingSignal = (typeof SIGNALS)[number];

/** A signal ended the command. What it had made was deleted before. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: EndingSignal;

  constructor(signal: EndingSignal) {
    super(`Stopped by ${signal}.`);
    this.signal = signal;
  }
}

/** Runs `work`, which has to clean up when its signal is aborted. The first Ctrl-C aborts it, and the second ends the process at once. A terminal that is closed counts too. */
export async function untilSignal<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const abort = new AbortController();
  const ends = SIGNALS.map((signal) => [signal, () => abort.abort(new Interrupted(signal))] as const);
  for (const [signal, end] of ends) process.once(signal, end);
  try {
    const result = await work(abort.signal);
    abort.signal.throwIfAborted(); // also if the signal came when there was nothing left to stop
    return result;
  } finally {
    for (const [signal, end] of ends) process.off(signal, end);
  }
}
