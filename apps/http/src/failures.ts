import type { RefusalCode } from '@ticket/domain';
import * as v from 'valibot';

const Fault = v.pipe(
  v.object({
    field: v.pipe(v.string(), v.metadata({ description: 'The name of the field, parameter or header.', examples: ['quantity'] })),
    message: v.pipe(v.string(), v.metadata({ description: 'What is wrong, in words for a person.', examples: ['Wajib diisi'] })),
  }),
  v.metadata({ ref: 'Fault', description: 'What is wrong with one field.', examples: [{ field: 'quantity', message: 'Wajib diisi' }] }),
);

const none = v.pipe(v.null(), v.description('Always null for this code.'));
const faults = v.pipe(v.array(Fault), v.description('Every fault that was found.'));
const facts = <Facts extends v.ObjectEntries>(entries: Facts) => v.pipe(v.object(entries), v.description('The numbers that decided it.'));
const whole = (description: string) => v.pipe(v.number(), v.integer(), v.metadata({ description }));
const requested = whole('What the request asked for.');
const maximum = whole('The limit.');

/** The codes that HTTP adds to those of the domain. */
export type FailureCode =
  | RefusalCode
  | 'invalid_json'
  | 'bad_request'
  | 'no_such_route'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'idempotency_key_in_progress'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'expectation_failed'
  | 'headers_too_large'
  | 'internal_error'
  | 'not_ready'
  | 'unavailable'
  | 'outcome_unknown';

/**
 * Every failure of the API: its status, what `errors` has, and when it happens, as the OpenAPI document says it. A code has one status, and
 * keeps its meaning for ever. A later version may add codes. Clients handle a code that they do not know by its status.
 */
export const FAILURES = {
  invalid_input: {
    status: 400,
    errors: faults,
    when: 'A field of the body, the id in the path, a query parameter, the Idempotency-Key or If-Match is invalid. `errors` lists every fault.',
  },
  current_password_needed: { status: 400, errors: faults, when: 'Your own password or e-mail changes only with `current_password`.' },
  password_is_personal: { status: 400, errors: faults, when: 'The new password is the own name or e-mail of the user, or a part of them.' },
  email_taken: { status: 400, errors: none, when: 'Another user has the e-mail.' },
  insufficient_tickets: {
    status: 400,
    errors: facts({ available: whole('Tickets that were left when the request was decided.'), requested }),
    when: 'Fewer tickets are left than were asked for.',
  },
  too_many_for_a_booking: { status: 400, errors: facts({ maximum, requested }), when: 'The server limits the tickets of a booking.' },
  too_many_for_a_user: {
    status: 400,
    errors: facts({ maximum, held: whole('Tickets that the user holds of this event.'), requested }),
    when: 'The server limits the tickets of a user for an event.',
  },
  total_below_held: {
    status: 400,
    errors: facts({ sold: whole('Tickets that bookings hold.'), requested }),
    when: 'The new total is smaller than the number of booked tickets.',
  },
  event_is_over: { status: 400, errors: none, when: 'The event is in the past, and the server does not sell past events.' },
  event_has_active_bookings: { status: 400, errors: none, when: 'The event still has pending or confirmed bookings.' },
  user_has_active_bookings: { status: 400, errors: none, when: 'The user still has pending or confirmed bookings.' },
  user_organises_events: { status: 400, errors: none, when: 'The user still organises an event.' },
  last_admin: { status: 400, errors: none, when: 'No admin would be left.' },
  invalid_json: { status: 400, errors: none, when: 'The body is not JSON, or has too many values.' },
  bad_request: { status: 400, errors: none, when: 'The request is not valid HTTP.' },
  unauthenticated: { status: 401, errors: none, when: 'The token is missing, invalid, expired or ended by a logout.' },
  wrong_credentials: { status: 401, errors: none, when: 'The e-mail or the password is wrong.' },
  forbidden: { status: 403, errors: none, when: 'The token is valid, but its user may not do this.' },
  not_found: { status: 404, errors: none, when: 'There is no such user, event or booking.' },
  no_such_route: { status: 404, errors: none, when: 'The path does not exist.' },
  method_not_allowed: { status: 405, errors: none, when: 'The path exists, the method does not. `Allow` names those that do.' },
  request_timeout: { status: 408, errors: none, when: 'The request arrived too slowly.' },
  idempotency_key_in_progress: { status: 409, errors: none, when: 'The first request with this Idempotency-Key still runs.' },
  body_too_large: { status: 413, errors: none, when: 'The body is larger than 16 KiB, or 64 KiB for an event.' },
  unsupported_media_type: { status: 415, errors: none, when: 'The Content-Type is not application/json in UTF-8.' },
  expectation_failed: { status: 417, errors: none, when: 'The header Expect asks for something other than 100-continue.' },
  version_changed: { status: 412, errors: none, when: 'The row has another version than those that `If-Match` names. Nothing was changed.' },
  idempotency_key_reused: { status: 422, errors: none, when: 'The Idempotency-Key was used for another request.' },
  too_many_failed_logins: { status: 429, errors: none, when: 'Too many logins failed. Try again after `Retry-After`.' },
  too_many_registrations: { status: 429, errors: none, when: 'Too many accounts were registered from one network. Try again after `Retry-After`.' },
  too_many_passwords: { status: 429, errors: none, when: 'Too many passwords are being checked at once. Try again after `Retry-After`.' },
  too_many_booking_changes: {
    status: 429,
    errors: facts({ maximum }),
    when: 'The user changed bookings of this event too often within an hour. Try again after `Retry-After`.',
  },
  headers_too_large: { status: 431, errors: none, when: 'The headers are too large.' },
  internal_error: { status: 500, errors: none, when: 'The server has a bug. Name the `X-Request-Id` when you report it.' },
  not_ready: { status: 503, errors: none, when: 'The database cannot be reached, or the server is stopping.' },
  unavailable: { status: 503, errors: none, when: 'Nothing was stored. Send the request again after `Retry-After`.' },
  outcome_unknown: {
    status: 503,
    errors: none,
    when: 'The server does not know whether the request was stored. Read your data before you send it again, unless it has an Idempotency-Key.',
  },
} as const satisfies { readonly [Code in FailureCode]: { readonly status: number; readonly errors: v.GenericSchema; readonly when: string } };

export type FailureStatus = (typeof FAILURES)[FailureCode]['status'];
/** What `errors` has in a failure of this code. */
export type ErrorsOf<Code extends FailureCode> = v.InferOutput<(typeof FAILURES)[Code]['errors']>;

export const FAILURE_CODES = Object.keys(FAILURES) as [FailureCode, ...FailureCode[]];
