import { Refusal, type RefusalCode, type Refusals, Unavailable } from '@ticket/domain';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { AppEnv } from './env.ts';
import { fail } from './envelope.ts';
import type { ErrorsOf, FailureCode } from './failures.ts';
import { faults, messages } from './messages.ts';
import { OTHER_REASONS, type Reason } from './report.ts';

type Reply<Code extends FailureCode> = readonly [message: string, errors: ErrorsOf<Code>, headers?: Readonly<Record<string, string>>];

const retryAfter = (seconds: number) => ({ 'Retry-After': String(seconds) });

/** The names of fields in JSON, if they differ from those of the domain. */
const FIELDS = new Map([
  ['eventDate', 'event_date'],
  ['ticketPriceCents', 'ticket_price'],
  ['totalTickets', 'total_tickets'],
]);

/** The messages of faults that only the domain finds. The schemas report all other faults first, so these need no message here. */
const MESSAGES = new Map([['cursor', faults.cursor]]);

/** The answer to a client for each refusal of the domain. */
const REPLIES: { readonly [Code in RefusalCode]: (details: Refusals[Code]) => Reply<Code> } = {
  invalid_input: ({ faults: found }) => [
    messages.invalidInput,
    found.map(({ field, message }) => ({ field: FIELDS.get(field) ?? field, message: MESSAGES.get(field) ?? message })),
  ],
  unauthenticated: () => [messages.invalidToken, null],
  wrong_credentials: () => [messages.wrongCredentials, null],
  forbidden: ({ reason }) => [messages.forbidden[reason], null],
  not_found: ({ entity }) => [messages.notFound[entity], null],
  current_password_needed: () => [messages.invalidInput, [{ field: 'current_password', message: faults.missing }]],
  password_is_personal: () => [messages.invalidInput, [{ field: 'password', message: faults.passwordPersonal }]],
  version_changed: () => [messages.versionChanged, null],
  email_taken: () => [messages.emailTaken, null],
  insufficient_tickets: ({ available, requested }) => [messages.insufficientTickets, { available, requested }],
  too_many_for_a_booking: ({ maximum, requested }) => [messages.tooManyForABooking, { maximum, requested }],
  too_many_for_a_user: ({ maximum, held, requested }) => [messages.tooManyForAUser, { maximum, held, requested }],
  total_below_held: ({ held, requested }) => [messages.totalBelowHeld, { sold: held, requested }],
  too_many_failed_logins: ({ retryAfterSeconds }) => [messages.tooManyRequests, null, retryAfter(retryAfterSeconds)],
  too_many_registrations: ({ retryAfterSeconds }) => [messages.tooManyRequests, null, retryAfter(retryAfterSeconds)],
  too_many_passwords: ({ retryAfterSeconds }) => [messages.tooManyRequests, null, retryAfter(retryAfterSeconds)],
  too_many_booking_changes: ({ maximum, retryAfterSeconds }) => [messages.tooManyBookingChanges, { maximum }, retryAfter(retryAfterSeconds)],
  idempotency_key_reused: () => [messages.keyReused, null],
  event_is_over: () => [messages.eventIsOver, null],
  event_has_active_bookings: () => [messages.eventHasActiveBookings, null],
  user_has_active_bookings: () => [messages.userHasActiveBookings, null],
  user_organises_events: () => [messages.userOrganisesEvents, null],
  last_admin: () => [messages.lastAdmin, null],
};

/** All reasons. */
export const REASONS: readonly Reason[] = [...(Object.keys(REPLIES) as RefusalCode[]), ...OTHER_REASONS];

const failWith = <Code extends RefusalCode>(c: Context, code: Code, details: Refusals[Code]): Response => fail(c, code, ...REPLIES[code](details));

type UnreadableCode = 'invalid_json' | 'body_too_large' | 'unsupported_media_type';
/** A request that never reaches the domain: its body is too large, of another type, or not JSON. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
  readonly code: UnreadableCode;
  constructor(code: UnreadableCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Turns any error into an answer. An unexpected error is logged, and the client does not see its message. */
export function answerError(error: Error, c: Context<AppEnv>): Response {
  c.set('reason', reasonOf(error, c));
  if (error instanceof Refusal) return failWith(c, error.code, error.details);
  if (error instanceof UnreadableBody) return fail(c, error.code, error.message, null);
  if (error instanceof Unavailable) {
    c.get('report')('warn', `unavailable: ${error.message}`, error);
    const [code, message] =
      error.outcome === 'unknown' ? (['outcome_unknown', messages.outcomeUnknown] as const) : (['unavailable', messages.unavailable] as const);
    // If the outcome is unknown, a client must not simply repeat the request. With an Idempotency-Key it may.
    const isSafe = error.outcome !== 'unknown' || c.get('context')?.key !== undefined;
    return fail(c, code, message, null, isSafe ? { 'Retry-After': String(Math.ceil(error.retryAfterSeconds)) } : {});
  }
  if (error instanceof HTTPException && error.status < 500) return fail(c, 'bad_request', messages.badRequest, null);
  const goneAway = c.get('reason') === 'client_gone';
  c.get('report')(goneAway ? 'warn' : 'error', goneAway ? 'failed after the client went away' : 'failed unexpectedly', error);
  return fail(c, 'internal_error', messages.failed, null);
}

function reasonOf(error: Error, c: Context): Reason {
  if (error instanceof Refusal) return error.code;
  if (error instanceof UnreadableBody) return 'unreadable_body';
  if (error instanceof Unavailable) return error.outcome === 'unknown' ? 'outcome_unknown' : 'unavailable';
  if (error instanceof HTTPException && error.status < 500) return 'bad_request';
  // Reading from a client that closed its connection fails too, and is not a bug.
  return c.req.raw.signal.aborted ? 'client_gone' : 'failed';
}
