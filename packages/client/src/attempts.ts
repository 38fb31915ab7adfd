import { type Failed, noAnswer, read } from './answers.ts';
import type { Answer } from './calls.ts';
import type { Outcome } from './failures.ts';

/** How long and how often a client tries. */
export interface Patience {
  /** The longest time of a call, with all its attempts and waits. */
  readonly timeoutMs: number;
  /** The longest time of one attempt. A lost answer is noticed after this time. */
  readonly attemptTimeoutMs: number;
  /** How often a request is sent at most. */
  readonly attemptsMax: number;
  /** The longest wait between two attempts. If the server asks to wait longer, the call fails at once. */
  readonly waitMaxMs: number;
}

/** A request that is sent one or more times, always with the same content. */
export interface Sent {
  readonly send: (signal: AbortSignal) => Promise<Response>;
  readonly method: string;
  readonly idempotencyKey: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends the request until an answer comes that another attempt cannot change. If nothing was done, a request that is safe to repeat is sent
 * again. If it may have been done, only a read or a request under a key is: the server does not do either twice.
 */
export async function attempt({ send, method, idempotencyKey, signal }: Sent, patience: Patience): Promise<Answer<unknown>> {
  const isRead = method === 'GET';
  const isOnce = isRead || idempotencyKey !== undefined;
  const isRepeatable = isOnce || method === 'PUT' || method === 'DELETE';
  const end = performance.now() + patience.timeoutMs;
  let outcome: Outcome = 'not_done';
  for (let attempts = 1; ; attempts += 1) {
    const result = await once(send, Math.min(patience.attemptTimeoutMs, end - performance.now()), signal);
    if (!('error' in result)) return result;
    // An earlier attempt may have been done, whatever the last answer says of itself.
    if (result.outcome === 'unknown' && !isRead) outcome = 'unknown';
    const wait = result.retryAfterMs ?? backoff(attempts);
    const isSafe = result.outcome === 'unknown' ? isOnce : isRepeatable;
    const isInTime = wait <= patience.waitMaxMs && performance.now() + wait < end;
    if (!result.isPassing || !isSafe || !isInTime || attempts >= patience.attemptsMax) throw result.error({ outcome, attempts, idempotencyKey });
    await sleep(wait, signal);
  }
}

async function once(send: Sent['send'], milliseconds: number, signal: AbortSignal | undefined): Promise<Answer<unknown> | Failed> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const stop = () => controller.abort();
  const timer = setTimeout(stop, Math.min(milliseconds, TIMER_MAX_MS));
  signal?.addEventListener('abort', stop);
  try {
    return await read(await send(controller.signal));
  } catch (cause) {
    signal?.throwIfAborted();
    if (controller.signal.aborted) return noAnswer('timeout', `No answer within ${Math.round(milliseconds)} ms`);
    return noAnswer('network', 'The connection failed before the answer was complete', 'unknown', cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** A longer timer fires at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;
const BACKOFF_MS = 100;
const BACKOFF_MAX_MS = 2000;
/** Twice as long each time. The random half keeps clients apart that failed together. */
const backoff = (attempts: number): number => Math.min(BACKOFF_MS * 2 ** (attempts - 1), BACKOFF_MAX_MS) * (0.5 + Math.random() / 2);

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      settle();
    };
    const stop = () => end(() => reject(signal?.reason));
    const timer = setTimeout(() => end(resolve), milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop);
  });
}
