/** One request. */
export interface Shot {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: string | undefined;
}

/** How long a load runs. Answers during the warm-up are counted, but not measured. */
interface Span {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export type Pace =
  /** Closed loop: each connection repeats its own shots. It sends the next one when the last is answered, after a pause. */
  | ({ readonly kind: 'cycle'; readonly pauseMs?: number } & Span)
  /** Closed loop: every shot is sent once, by the next free connection. */
  | { readonly kind: 'once' }
  /** Open loop: shot n is due at `atMs[n]`, whatever happened to earlier shots. Its latency counts from then. */
  | { readonly kind: 'schedule'; readonly atMs: readonly number[] };

export interface Stream {
  readonly name: string;
  readonly origins: readonly string[];
  readonly connections: number;
  readonly shots: readonly Shot[];
  readonly pace: Pace;
}

/** Streams that run at the same time. They are cut off at `limitMs`. */
export interface Job {
  readonly streams: readonly Stream[];
  readonly limitMs: number;
}

export interface StreamResult {
  /** The number of answers by status. `error` counts requests without an answer. */
  readonly answers: Readonly<Record<string, number>>;
  /** These cover only the measured time. */
  readonly seconds: number;
  readonly accepted: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly bytes: number;
  /** Milliseconds from the first request to the last 201. */
  readonly lastCreatedMs: number;
  readonly cutOff: boolean;
  readonly firstError?: string | undefined;
}

export type FromDriver =
  | { readonly event: 'ready' | 'opened' | 'closed' }
  | { readonly event: 'done'; readonly results: Readonly<Record<string, StreamResult>> };
