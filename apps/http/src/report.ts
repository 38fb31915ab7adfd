import { type RefusalCode, Unavailable } from '@ticket/domain';

/** Writes one log line: a message, which is always the same for the same cause, and its facts. */
export interface Log {
  (line: {
    readonly level: 'debug' | 'info' | 'warn' | 'error';
    readonly message: string;
    /** A stranger can cause this line at any rate. So only the first ones in a second are written, and then their number (sampling.ts). */
    readonly sampled?: boolean;
    readonly [fact: string]: unknown;
  }): void;
  /** Whether lines of level debug are written. If not, callers need not build thousands of them a second. */
  readonly debug?: boolean;
}

/** Logs an error together with its request. */
export type Report = (level: 'warn' | 'error', message: string, error: unknown) => void;

/** Why a request failed: the domain's refusals, and the reasons outside of the domain. Each is one word, for the log and the metrics. */
export type Reason = RefusalCode | (typeof OTHER_REASONS)[number];

export const OTHER_REASONS = [
  ...(['no_such_route', 'method_not_allowed', 'unreadable_body', 'bad_request', 'idempotency_key_in_progress'] as const),
  ...(['not_ready', 'unavailable', 'outcome_unknown', 'client_gone', 'failed', 'too_many_connections', 'too_many_in_flight', 'unparsed'] as const),
];

const FRAMES_MAX = 12;
const CAUSES_MAX = 3;

/**
 * The facts of an error that may be logged: its name, its code and where it happened. The message and other properties are not logged,
 * because a database error contains the statement's parameters, such as e-mails and password hashes.
 */
export function factsOf(error: unknown, causes = CAUSES_MAX, outage = false): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'code' in error && ['string', 'number'].includes(typeof error.code) ? { code: error.code } : {};
  const cause = error.cause !== undefined && causes > 0 ? { cause: factsOf(error.cause, causes - 1, outage || error instanceof Unavailable) } : {};
  // An outage is not a bug, so the place in the code does not help, and it is left out.
  const frames = outage || error instanceof Unavailable ? {} : { frames: framesOf(error) };
  return { name: error.name, ...code, ...frames, ...cause };
}

/** The lines of a stack that show the place in the code. The lines above them repeat the message, and are removed. */
function framesOf({ stack = '', message }: Error): readonly string[] {
  const lines = stack.split('\n').slice(message.split('\n').length);
  const frames = lines.map((line) => line.trim()).filter((line) => /^at .*:\d+:\d+\)?$/.test(line));
  return frames.slice(0, FRAMES_MAX);
}
