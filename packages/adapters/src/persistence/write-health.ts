import type { Measures, WritesRefused } from '../measures.ts';
import type { ErrorRules } from './dialects/dialect.ts';

/** The time between a failed write and the next probe. */
const PROBE_MS = 1000;

/**
 * Knows from the last write whether the database accepts writes. While it refuses them, a probe writes every second, so that a recovery is
 * noticed without an order. While it accepts them, there is no probe.
 */
export class WriteHealth {
  readonly #probe: () => Promise<unknown>;
  readonly #errors: ErrorRules;
  readonly #measures: Measures;
  #refusedBecause: WritesRefused | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(probe: () => Promise<unknown>, errors: ErrorRules, measures: Measures) {
    this.#probe = probe;
    this.#errors = errors;
    this.#measures = measures;
    measures.watch('writes_refused', () => (this.#refusedBecause === undefined ? 0 : 1));
  }

  get refusedBecause(): WritesRefused | undefined {
    return this.#refusedBecause;
  }

  succeeded(): void {
    if (this.#timer !== undefined || this.#refusedBecause !== undefined) this.#become(undefined);
  }

  /** Errors of a single request (a lock, a refusal, a bug) say nothing about others. */
  failed(error: unknown): void {
    const reason = reasonOf(this.#errors, error);
    if (reason === undefined) return;
    // With `failed`, the booking itself may be the cause. So a probe must first show whether other writes fail too.
    if (reason !== 'failed') this.#become(reason);
    else this.#timer ??= setTimeout(() => void this.#look(), PROBE_MS).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#refusedBecause = undefined;
  }

  async #look(): Promise<void> {
    const timer = this.#timer;
    let reason: WritesRefused | undefined;
    try {
      await this.#probe();
    } catch (error) {
      // If the database cannot be reached, reads show that. The known state of writes stays.
      reason = reasonOf(this.#errors, error) ?? this.#refusedBecause;
    }
    if (timer !== undefined && timer === this.#timer) this.#become(reason);
  }

  #become(reason: WritesRefused | undefined): void {
    clearTimeout(this.#timer);
    this.#timer = reason === undefined ? undefined : setTimeout(() => void this.#look(), PROBE_MS).unref();
    if (reason === this.#refusedBecause) return;
    this.#refusedBecause = reason;
    this.#measures.writes(reason);
  }
}

function reasonOf(errors: ErrorRules, error: unknown): WritesRefused | undefined {
  const root = rootOf(error);
  switch (errors.classify(root)) {
    case 'wrong_server':
    case 'unwritable':
      return errors.whyRefused(root);
    case 'disk_failed':
      return 'disk_failed';
    case 'denied':
      return 'denied';
    case 'unforeseen':
      return 'failed';
    default:
      return undefined;
  }
}

/** The database's own error, below its wrappers. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root;
}
