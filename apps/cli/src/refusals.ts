import type { Refusal, RefusalCode, Refusals } from '@ticket/domain';

/** The options that set the fields of the domain. */
const OPTIONS: Readonly<Record<string, string>> = {
  search: '--q',
  isAvailable: '--available',
  order: '--sort',
  modifiedSince: '--modified-since',
  eventDate: '--date',
  ticketPriceCents: '--price',
  totalTickets: '--tickets',
  ...Object.fromEntries(['from', 'to', 'role', 'name', 'email', 'location', 'description', 'quantity', 'status'].map((name) => [name, `--${name}`])),
};

/** The sentence of the command line for each refusal. If one is missing, the code does not compile. */
const SENTENCES: { readonly [Code in RefusalCode]: (details: Refusals[Code]) => string } = {
  invalid_input: ({ faults }) => faults.map(({ field, message }) => `${OPTIONS[field] ?? field}: ${message}`).join('\n'),
  unauthenticated: () => 'Nobody is signed in.',
  wrong_credentials: () => 'The e-mail or the password is wrong.',
  forbidden: ({ reason }) =>
    reason === 'not_admin' ? 'Only an admin may do that. Name an admin, or make the user one: ticketctl user promote USER' : 'That is not allowed.',
  not_found: ({ entity, id }) => `There is no ${entity} ${id}. Is the id right, and the database?`,
  current_password_needed: () => 'The current password is needed.',
  password_is_personal: () => 'The password is the name or the e-mail of the user, or a part of it. Choose another.',
  version_changed: ({ version }) => `It was changed meanwhile, and has version ${version} now.`,
  email_taken: () => 'There is a user with this e-mail already. Give another e-mail.',
  insufficient_tickets: ({ available, requested }) =>
    `${requested} tickets were asked for, and ${available === 1 ? '1 is' : `${available} are`} left.`,
  too_many_for_a_booking: ({ maximum, requested }) => `${requested} tickets were asked for; a booking has ${maximum} at most.`,
  too_many_for_a_user: ({ maximum, held, requested }) =>
    `${requested} tickets were asked for; the user holds ${held} of the event and may hold ${maximum}.`,
  total_below_held: ({ held, requested }) => `Bookings hold ${held} tickets; the total cannot be ${requested}.`,
  too_many_failed_logins: ({ retryAfterSeconds }) => `Too many logins failed. Try again in ${retryAfterSeconds} seconds.`,
  too_many_registrations: ({ retryAfterSeconds }) => `Too many accounts were asked for. Try again in ${retryAfterSeconds} seconds.`,
  too_many_passwords: ({ retryAfterSeconds }) => `Too many passwords are under way. Try again in ${retryAfterSeconds} seconds.`,
  too_many_booking_changes: ({ maximum, retryAfterSeconds }) =>
    `The user has made ${maximum} changes to their bookings of the event within an hour. Try again in ${retryAfterSeconds} seconds.`,
  idempotency_key_reused: () => 'The idempotency key was used before, for something else.',
  event_is_over: () => 'The event is over.',
  event_has_active_bookings: () => 'The event has bookings that hold tickets.',
  user_has_active_bookings: () => 'The user has bookings that hold tickets.',
  user_organises_events: () => 'The user organises events.',
  last_admin: () => 'At least one admin has to remain.',
};

export function describeRefusal<Code extends RefusalCode>(refusal: Refusal & { readonly code: Code }): string {
  const sentence: (details: Refusals[Code]) => string = SENTENCES[refusal.code];
  return sentence(refusal.details as Refusals[Code]); // refuse() always pairs a code with its own details
}
