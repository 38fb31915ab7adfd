import type { Policies } from '@ticket/adapters';
import { TOTAL_TICKETS_MAX } from '@ticket/domain';
import * as v from 'valibot';
import { FAILURE_EXAMPLES } from './failure-examples.ts';
import { FAILURE_CODES, FAILURES, type FailureCode, type FailureStatus } from './failures.ts';
import { header, json, X_REQUEST_ID } from './openapi-parts.ts';

/** What any route may answer, whatever it does. */
export const ALWAYS: readonly FailureCode[] = [
  'bad_request',
  'request_timeout',
  'body_too_large',
  'expectation_failed',
  'headers_too_large',
  'internal_error',
  'unavailable',
];
/** What a route with a body answers when the body is wrong. */
export const BODY_FAILURES = ['invalid_input', 'invalid_json', 'unsupported_media_type'] as const satisfies readonly FailureCode[];
export const CONDITION_FAILURES: readonly FailureCode[] = ['invalid_input', 'version_changed'];
export const KEY_FAILURES: readonly FailureCode[] = ['invalid_input', 'idempotency_key_in_progress', 'idempotency_key_reused'];

const RETRY_AFTER = { 'Retry-After': header('Seconds to wait before the request is sent again.', 'integer') };
const HEADERS_OF: { readonly [Status in FailureStatus]?: Readonly<Record<string, ReturnType<typeof header>>> } = {
  401: { 'WWW-Authenticate': header('Bearer, with error="invalid_token" if a token was sent.', 'string') },
  405: { Allow: header('The methods that the path has.', 'string') },
  409: RETRY_AFTER,
  429: RETRY_AFTER,
  503: RETRY_AFTER,
};

const nameOf = (code: FailureCode): string => code.replaceAll(/(?:^|_)[a-z]/g, (start) => start.slice(-1).toUpperCase());

/** One schema for each code, so that a client's types narrow `errors` by `code`. */
const SCHEMAS = new Map(
  FAILURE_CODES.map((code) => {
    const { errors, when } = FAILURES[code];
    const message = v.pipe(v.string(), v.metadata({ description: 'Words for a person.' }));
    const success = v.pipe(v.literal(false), v.description('false: the request was refused or failed.'));
    const entries = { success, code: v.pipe(v.literal(code), v.description('Which failure it is, for programs.')), message, errors };
    const example = { success: false, code, ...FAILURE_EXAMPLES[code] };
    return [code, v.pipe(v.object(entries), v.metadata({ ref: nameOf(code), description: when, examples: [example] }))] as const;
  }),
);
const schemaOf = (code: FailureCode): v.GenericSchema => SCHEMAS.get(code) ?? v.never();

/** The response of a status that has these codes. */
function responseOf(codes: readonly FailureCode[]) {
  const [first, ...others] = codes.map(schemaOf);
  const schema = others.length === 0 ? (first ?? v.never()) : v.union(codes.map(schemaOf));
  const description = codes.map((code) => `\`${code}\`: ${FAILURES[code].when}`).join('\n\n');
  const [{ status }] = codes.map((code) => FAILURES[code]) as [(typeof FAILURES)[FailureCode]];
  return { description, headers: { ...X_REQUEST_ID, ...HEADERS_OF[status] }, content: json(schema) };
}

/** The responses of an operation, one for each status of its failures. That of a single code is shared by all operations. */
export function responsesOf(codes: readonly FailureCode[]) {
  const statuses = [...new Set(codes.map((code) => FAILURES[code].status))].toSorted((one, other) => one - other);
  return Object.fromEntries(
    statuses.map((status) => {
      const own = FAILURE_CODES.filter((code) => codes.includes(code) && FAILURES[code].status === status);
      const [only, ...others] = own;
      return [status, only !== undefined && others.length === 0 ? { $ref: `#/components/responses/${nameOf(only)}` } : responseOf(own)];
    }),
  );
}
/**
 * The codes that are the only one of their status in some operation. A linter of the document reports a code that is missing here, or listed
 * without need.
 */
const SHARED: readonly FailureCode[] = [
  ...(['bad_request', 'unauthenticated', 'wrong_credentials', 'forbidden', 'not_found', 'request_timeout'] as const),
  ...(['idempotency_key_in_progress', 'version_changed', 'body_too_large', 'unsupported_media_type', 'idempotency_key_reused'] as const),
  ...(['too_many_passwords', 'too_many_booking_changes', 'expectation_failed', 'headers_too_large', 'internal_error', 'unavailable'] as const),
];

/** What requests get that reach no operation. Nothing refers to them. */
const OF_NO_ROUTE: readonly FailureCode[] = ['no_such_route', 'method_not_allowed'];

/** The codes that no request can be answered with under these rules. The document of a server without a rule does not name its code. */
export function neverGiven({ selling, accounts }: Policies): readonly FailureCode[] {
  const rules: readonly (readonly [isOff: boolean, ...codes: readonly FailureCode[]])[] = [
    [selling.pastEvents, 'event_is_over'],
    [selling.ticketsPerBookingMax >= TOTAL_TICKETS_MAX, 'too_many_for_a_booking'],
    [selling.ticketsPerUserMax === 'unlimited', 'too_many_for_a_user'],
    [selling.bookingChangesPerHourMax === 'unlimited', 'too_many_booking_changes'],
    [accounts.registrationsMax === 'unlimited', 'too_many_registrations'],
    [!accounts.asksForCurrentPassword, 'current_password_needed'],
    [!accounts.passwords.refuseGuessable, 'password_is_personal'],
  ];
  return rules.flatMap(([isOff, ...codes]) => (isOff ? codes : []));
}

/** The responses that several operations share, and those of requests that reach no operation. */
export function sharedResponses(policies: Policies) {
  const never = neverGiven(policies);
  const shared = [...SHARED, ...OF_NO_ROUTE].filter((code) => !never.includes(code));
  return Object.fromEntries(shared.map((code) => [nameOf(code), responseOf([code])]));
}
