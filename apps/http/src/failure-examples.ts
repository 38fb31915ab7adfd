import type { ErrorsOf, FailureCode } from './failures.ts';
import { faults, type Message, messages } from './messages.ts';

/** Every text for a person is there in each language. */
type InEach<Value> = Value extends { readonly message: string } ? Omit<Value, 'message'> & { readonly message: Message } : Value;
type ErrorsInEach<Errors> = Errors extends readonly (infer Fault)[] ? readonly InEach<Fault>[] : Errors;
type Examples = { readonly [Code in FailureCode]: { readonly message: Message; readonly errors: ErrorsInEach<ErrorsOf<Code>> } };

/** An answer of each code, as the OpenAPI document shows it. tests/api/documented-statuses.test.ts gets each of these messages. */
export const FAILURE_EXAMPLES: Examples = {
  invalid_input: { message: messages.invalidInput, errors: [{ field: 'quantity', message: faults.ticketCount }] },
  current_password_needed: { message: messages.invalidInput, errors: [{ field: 'current_password', message: faults.missing }] },
  password_is_personal: { message: messages.invalidInput, errors: [{ field: 'password', message: faults.passwordPersonal }] },
  email_taken: { message: messages.emailTaken, errors: null },
  insufficient_tickets: { message: messages.insufficientTickets, errors: { available: 1, requested: 2 } },
  too_many_for_a_booking: { message: messages.tooManyForABooking, errors: { maximum: 10, requested: 11 } },
  too_many_for_a_user: { message: messages.tooManyForAUser, errors: { maximum: 10, held: 9, requested: 2 } },
  total_below_held: { message: messages.totalBelowHeld, errors: { sold: 15, requested: 10 } },
  event_is_over: { message: messages.eventIsOver, errors: null },
  event_has_active_bookings: { message: messages.eventHasActiveBookings, errors: null },
  user_has_active_bookings: { message: messages.userHasActiveBookings, errors: null },
  user_organises_events: { message: messages.userOrganisesEvents, errors: null },
  last_admin: { message: messages.lastAdmin, errors: null },
  invalid_json: { message: messages.invalidJson, errors: null },
  bad_request: { message: messages.badRequest, errors: null },
  unauthenticated: { message: messages.invalidToken, errors: null },
  wrong_credentials: { message: messages.wrongCredentials, errors: null },
  forbidden: { message: messages.forbidden.not_admin, errors: null },
  not_found: { message: messages.notFound.event, errors: null },
  no_such_route: { message: messages.noSuchRoute, errors: null },
  method_not_allowed: { message: messages.methodNotAllowed, errors: null },
  request_timeout: { message: messages.tooSlow, errors: null },
  idempotency_key_in_progress: { message: messages.keyUnderWay, errors: null },
  body_too_large: { message: messages.bodyTooLarge, errors: null },
  unsupported_media_type: { message: messages.notJson, errors: null },
  expectation_failed: { message: messages.badRequest, errors: null },
  headers_too_large: { message: messages.headersTooLarge, errors: null },
  version_changed: { message: messages.versionChanged, errors: null },
  idempotency_key_reused: { message: messages.keyReused, errors: null },
  too_many_failed_logins: { message: messages.tooManyRequests, errors: null },
  too_many_registrations: { message: messages.tooManyRequests, errors: null },
  too_many_passwords: { message: messages.tooManyRequests, errors: null },
  too_many_booking_changes: { message: messages.tooManyBookingChanges, errors: { maximum: 100 } },
  internal_error: { message: messages.failed, errors: null },
  not_ready: { message: messages.notReady.no_database, errors: null },
  unavailable: { message: messages.unavailable, errors: null },
  outcome_unknown: { message: messages.outcomeUnknown, errors: null },
};
