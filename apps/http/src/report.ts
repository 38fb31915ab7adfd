import { type RefusalCode, Unavailable } from '@ticket/domain';

/** One line of the log: a message that is always the same for the same thing, and its facts. */
export interface Log {
  (line: {
    readonly level: 'debug' | 'info' | 'warn' | 'error';
    readonly message: string;
    /** A stranger can cause it as often as they like: only the first ones in a second are written, and then their number (sampling.ts). */
    readonly sampled?: boolean;
    readonly [fact: string]: unknown;
  }): void;
  /** Whether lines of level debug are kept; if not, thousands a second need not be made. */
  readonly debug?: boolean;
}

/** Tells the operator of an error, with the request it belongs to. */
export type Report = (level: 'warn' | 'error', message: string, error: unknown) => void;

/** Why a request was not granted: the domain's refusals, and what happens before and beside it. One word each, for log and metrics. */
export type Reason = RefusalCode | (typeof OTHER_REASONS)[number];

export const OTHER_REASONS = [
  ...(['no_such_route', 'method_not_allowed', 'unreadable_body', 'bad_request', 'key_under_way'] as const),
  ...(['not_ready', 'unavailable', 'outcome_unknown', 'client_gone', 'failed', 'too_many_connections', 'too_many_in_flight', 'unparsed'] as const),
];

const FRAMES_MAX = 12;
const CAUSES_MAX = 3;

/**
 * What may be logged of an error: its name, its code and where it happened. Never its message or its other properties: a
 * database's error carries the statement's parameters, and with them addresses and password hashes.
 */
export function factsOf(error: unknown, causes = CAUSES_MAX, outage = false): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'code' in error && ['string', 'number'].includes(typeof error.code) ? { code: error.code } : {};
  const cause = error.cause !== undefined && causes > 0 ? { cause: factsOf(error.cause, causes - 1, outage || error instanceof Unavailable) } : {};
  // An outage is not a bug and affects every request, so the place where it was noticed is left out.
  const frames = outage || error instanceof Unavailable ? {} : { frames: framesOf(error) };
  return { name: error.name, ...code, ...frames, ...cause };
}

/** The lines of a stack that say where, without those above them that repeat the message, whatever it looks like. */
function framesOf({ stack = '', message }: Error): readonly string[] {
  const lines = stack.split('\n').slice(message.split('\n').length);
  const frames = lines.map((line) => line.trim()).filter((line) => /^at .*:\d+:\d+\)?$/.test(line));
  return frames.slice(0, FRAMES_MAX);
}
