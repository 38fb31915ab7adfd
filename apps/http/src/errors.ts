import { Refusal, type RefusalCode, type Refusals, Unavailable } from '@ticket/domain';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from './env.ts';
import { type FailureErrors, fail } from './envelope.ts';
import { faults, messages } from './messages.ts';
import { OTHER_REASONS, type Reason } from './report.ts';

type Reply = readonly [status: ContentfulStatusCode, message: string, errors: FailureErrors, headers?: Readonly<Record<string, string>>];

const retryAfter = (seconds: number) => ({ 'Retry-After': String(seconds) });

/** The names of fields in JSON, if they differ from those of the domain. */
const FIELDS: Readonly<Record<string, string>> = { eventDate: 'event_date', ticketPriceCents: 'ticket_price', totalTickets: 'total_tickets' };

/** The answer to a client for each refusal of the domain. */
const REPLIES: { readonly [Code in RefusalCode]: (details: Refusals[Code]) => Reply } = {
  invalid_input: ({ faults }) => [400, messages.invalidInput, faults.map(({ field, message }) => ({ field: FIELDS[field] ?? field, message }))],
  unauthenticated: () => [401, messages.invalidToken, null],
  wrong_credentials: () => [401, messages.wrongCredentials, null],
  forbidden: ({ reason }) => [403, messages.forbidden[reason], null],
  not_found: ({ entity }) => [404, messages.notFound[entity], null],
  current_password_needed: () => [400, messages.invalidInput, [{ field: 'current_password', message: faults.missing }]],
  password_is_personal: () => [400, messages.invalidInput, [{ field: 'password', message: faults.passwordPersonal }]],
  email_taken: () => [400, messages.emailTaken, null],
  insufficient_tickets: ({ available, requested }) => [400, messages.insufficientTickets, { available, requested }],
  too_many_for_a_booking: ({ maximum, requested }) => [400, messages.tooManyForABooking, { maximum, requested }],
  too_many_for_a_user: ({ maximum, held, requested }) => [400, messages.tooManyForAUser, { maximum, held, requested }],
  total_below_held: ({ held, requested }) => [400, messages.totalBelowHeld, { sold: held, requested }],
  too_many_failed_logins: ({ retryAfterSeconds }) => [429, messages.tooManyRequests, null, retryAfter(retryAfterSeconds)],
  too_many_registrations: ({ retryAfterSeconds }) => [429, messages.tooManyRequests, null, retryAfter(retryAfterSeconds)],
  too_many_passwords: ({ retryAfterSeconds }) => [429, messages.tooManyRequests, null, retryAfter(retryAfterSeconds)],
  too_many_booking_changes: ({ maximum, retryAfterSeconds }) => [429, messages.tooManyBookingChanges, { maximum }, retryAfter(retryAfterSeconds)],
  idempotency_key_reused: () => [422, messages.keyReused, null],
  event_is_over: () => [400, messages.eventIsOver, null],
  event_has_active_bookings: () => [400, messages.eventHasActiveBookings, null],
  user_has_active_bookings: () => [400, messages.userHasActiveBookings, null],
  user_organises_events: () => [400, messages.userOrganisesEvents, null],
  last_admin: () => [400, messages.lastAdmin, null],
};

/** All reasons. */
export const REASONS: readonly Reason[] = [...(Object.keys(REPLIES) as RefusalCode[]), ...OTHER_REASONS];

const replyTo = <Code extends RefusalCode>(code: Code, details: Refusals[Code]): Reply => REPLIES[code](details);

/** A request that never reaches the domain: its body is too large, of another type, or not JSON. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
  readonly status: 400 | 413 | 415;
  constructor(status: 400 | 413 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

/** Turns any error into an answer. An unexpected error is logged, and the client does not see its message. */
export function answerError(error: Error, c: Context<AppEnv>): Response {
  c.set('reason', reasonOf(error, c));
  if (error instanceof Refusal) return fail(c, ...replyTo(error.code, error.details));
  if (error instanceof UnreadableBody) return fail(c, error.status, error.message);
  if (error instanceof Unavailable) {
    c.get('report')('warn', `unavailable: ${error.message}`, error);
    const message = error.outcome === 'unknown' ? messages.outcomeUnknown : messages.unavailable;
    // If the outcome is unknown, a client must not simply repeat the request. With an Idempotency-Key it may.
    const isSafe = error.outcome !== 'unknown' || c.get('context')?.key !== undefined;
    return fail(c, 503, message, null, isSafe ? { 'Retry-After': String(Math.ceil(error.retryAfterSeconds)) } : {});
  }
  if (error instanceof HTTPException && error.status < 500) return fail(c, error.status, messages.badRequest);
  const goneAway = c.get('reason') === 'client_gone';
  c.get('report')(goneAway ? 'warn' : 'error', goneAway ? 'failed after the client went away' : 'failed unexpectedly', error);
  return fail(c, 500, messages.failed);
}

function reasonOf(error: Error, c: Context): Reason {
  if (error instanceof Refusal) return error.code;
  if (error instanceof UnreadableBody) return 'unreadable_body';
  if (error instanceof Unavailable) return error.outcome === 'unknown' ? 'outcome_unknown' : 'unavailable';
  if (error instanceof HTTPException && error.status < 500) return 'bad_request';
  // Reading from a client that closed its connection fails too, and is not a bug.
  return c.req.raw.signal.aborted ? 'client_gone' : 'failed';
}
