import type { Answer } from './calls.ts';
import { FAILURE_CODES } from './document.ts';
import { type FailureCode, type FailureFacts, NoAnswer, type NoAnswerFacts, type Outcome, Refusal } from './failures.ts';

/** A failure of one attempt, and whether the request may have been done. */
export interface Failed {
  /** Makes the error for the caller, when no attempt follows. */
  readonly error: (facts: FailureFacts) => Error;
  readonly outcome: Outcome;
  /** Whether another attempt may succeed. */
  readonly isPassing: boolean;
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;
}

/** Reads what came. A failure is a value, because another attempt may follow. */
export async function read(response: Response): Promise<Answer<unknown> | Failed> {
  const { status, headers } = response;
  // A redirect is not followed, so that neither the token nor a password goes to an address that nobody configured.
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400))
    return noAnswer('not_the_api', 'The server redirects elsewhere', 'not_done');
  const body = parsed(await response.text());
  if (response.ok) {
    if (body?.['success'] !== true) return noAnswer('not_the_api', `The answer ${status} is not one of the API`);
    const count = headers.get('X-Total-Count');
    const total = count === null ? undefined : Number(count);
    return { data: body['data'], message: String(body['message']), status, etag: headers.get('ETag') ?? undefined, total, headers };
  }
  return refusal(response, body?.['success'] === false ? body : undefined);
}

/** No answer came, or none that can be read. A redirect is the only one of which it is known that nothing was done. */
export function noAnswer(reason: NoAnswerFacts['reason'], message: string, outcome: Outcome = 'unknown', cause?: unknown): Failed {
  const error: Failed['error'] = (facts) => new NoAnswer(message, { ...facts, reason, cause });
  return { error, outcome, isPassing: outcome === 'unknown', retryAfterMs: undefined };
}

/** Codes after which the same request may succeed. `outcome_unknown` and the key of a request that still runs do not say that nothing was done. */
const PASSING: readonly string[] = ['unavailable', 'outcome_unknown', 'idempotency_key_in_progress'];
const GATEWAY: readonly number[] = [502, 503, 504];

function refusal({ status, headers }: Response, body: Readonly<Record<string, unknown>> | undefined): Failed {
  const given = body?.['code'];
  const code: FailureCode = FAILURE_CODES.find((known) => known === given) ?? 'unknown';
  const message = typeof body?.['message'] === 'string' ? body['message'] : `HTTP ${status}`;
  const retryAfterMs = millisecondsOf(headers.get('Retry-After'));
  const isDecided = status < 500 ? code !== 'idempotency_key_in_progress' : code === 'unavailable' || code === 'not_ready';
  const requestId = headers.get('X-Request-Id') ?? undefined;
  const error: Failed['error'] = (facts) =>
    new Refusal(message, { ...facts, code, errors: body?.['errors'] as never, status, retryAfterMs, requestId });
  const isPassing = PASSING.includes(code) || status === 429 || (code === 'unknown' && GATEWAY.includes(status));
  return { error, outcome: isDecided ? 'not_done' : 'unknown', isPassing, retryAfterMs };
}

/** Retry-After is a number of seconds, or a date. */
function millisecondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const milliseconds = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
