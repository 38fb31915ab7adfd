import type { Measures, WritesRefused } from '../measures.ts';
import { classify, codeOf, errnoOf } from './database-errors.ts';

/** How long after a failed write the probe writes. */
const PROBE_MS = 1000;
/** Of servers that take no writes; the others are read-only. A server that shuts down is soon not reachable, which reads tell. */
const BY_NUMBER: ReadonlyMap<unknown, WritesRefused | undefined> = new Map([
  [1047, 'no_quorum'],
  [1053, undefined],
]);

/**
 * Whether the database takes writes, as the last one told. While it does not, a probe writes every second, so that the end of it is
 * noticed without an order. While it does, there is no probe.
 */
export class WriteHealth {
  readonly #probe: () => Promise<unknown>;
  readonly #measures: Measures;
  #refusedBecause: WritesRefused | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(probe: () => Promise<unknown>, measures: Measures) {
    this.#probe = probe;
    this.#measures = measures;
    measures.watch('writes_refused', () => (this.#refusedBecause === undefined ? 0 : 1));
  }

  get refusedBecause(): WritesRefused | undefined {
    return this.#refusedBecause;
  }

  succeeded(): void {
    if (this.#timer !== undefined || this.#refusedBecause !== undefined) this.#become(undefined);
  }

  /** What concerns one request alone (a lock, a refusal, a bug) says nothing about others. */
  failed(error: unknown): void {
    const reason = reasonOf(error);
    if (reason === undefined) return;
    // One booking may fail for a reason of its own: then only the probe tells whether anything can be written.
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
      // A database that cannot be reached at all is told by reading from it; what was known before still holds.
      reason = reasonOf(error) ?? this.#refusedBecause;
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

function reasonOf(error: unknown): WritesRefused | undefined {
  const root = rootOf(error);
  switch (classify(root)) {
    case 'wrong_server':
      return BY_NUMBER.has(errnoOf(root)) ? BY_NUMBER.get(errnoOf(root)) : 'read_only';
    case 'unwritable':
      return String(codeOf(root)).startsWith('SQLITE_READONLY') ? 'read_only' : 'no_room';
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

/** What the database itself said, under what was made of it. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root;
}
