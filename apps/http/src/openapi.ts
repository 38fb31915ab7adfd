import { KEY_CHARACTERS_MAX } from '@ticket/domain';
import type { Hono, MiddlewareHandler } from 'hono';
import { describeRoute, generateSpecs, resolver } from 'hono-openapi';
import * as v from 'valibot';
import { okCompressed, rendered } from './cached-body.ts';
import { IF_MATCH_CHARACTERS_MAX, IF_MATCH_TAGS_MAX } from './entity-tag.ts';
import type { AppEnv } from './env.ts';
import { FAILURE_CODES, FAILURES, type FailureCode, type FailureStatus } from './failures.ts';

const header = (description: string, type: 'string' | 'integer') => ({ description, schema: { type } });

/** What any route may answer, whatever it does. */
const ALWAYS: readonly FailureCode[] = [
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
const CONDITION_FAILURES: readonly FailureCode[] = ['invalid_input', 'version_changed'];
const KEY_FAILURES: readonly FailureCode[] = ['invalid_input', 'idempotency_key_in_progress', 'idempotency_key_reused'];

const RETRY_AFTER = { 'Retry-After': header('Seconds to wait before the request is sent again.', 'integer') };
const HEADERS_OF: { readonly [Status in FailureStatus]?: Readonly<Record<string, ReturnType<typeof header>>> } = {
  401: { 'WWW-Authenticate': header('Bearer, with error="invalid_token" if a token was sent.', 'string') },
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
    const entries = { success: v.literal(false), code: v.literal(code), message, errors };
    return [code, v.pipe(v.object(entries), v.metadata({ ref: nameOf(code), description: when }))] as const;
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
function responsesOf(codes: readonly FailureCode[]) {
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

const SECURITY = { none: [], optional: [{}, { bearer: [] }], required: [{ bearer: [] }] };

interface Operation {
  readonly tag: 'Status' | 'Authentication' | 'Users' | 'Events' | 'Bookings';
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  /** Whether a token is needed; `optional` where the security profile decides. */
  readonly token: keyof typeof SECURITY;
  readonly answer: readonly [status: 200 | 201, reply: v.GenericSchema];
  /** The answer has an ETag (cached-body.ts), as does every list that is sent as one part. */
  readonly tagged?: boolean;
  readonly list?: boolean;
  /** The list is also given as a table. */
  readonly csv?: boolean;
  /** The route accepts an Idempotency-Key (idempotency.ts). */
  readonly keyed?: boolean;
  /** The route accepts If-Match (if-match.ts). */
  readonly conditional?: boolean;
  /** The codes of failures. Those of any route, of the token, of the key and of If-Match are added. */
  readonly failures: readonly FailureCode[];
}

/** Declares a route in the OpenAPI document. Its middlewares declare what they read themselves (body, query, id). */
export function operation({
  tag,
  id,
  summary,
  description,
  token,
  answer: [status, reply],
  tagged = false,
  list = false,
  csv = false,
  keyed = false,
  conditional = false,
  failures,
}: Operation): MiddlewareHandler {
  const codes = [
    ...[...failures, ...(token === 'none' ? [] : (['unauthenticated'] as const)), ...(keyed ? KEY_FAILURES : [])],
    ...[...(conditional ? CONDITION_FAILURES : []), ...ALWAYS],
  ];
  const described = describeRoute({
    operationId: id,
    tags: [tag],
    summary,
    security: SECURITY[token],
    description,
    responses: {
      [status]: {
        description: summary,
        content: csv ? { ...json(reply), 'text/csv': { schema: { type: 'string' as const } } } : json(reply),
        headers: {
          ...X_REQUEST_ID,
          ...(status === 201 ? LOCATION : {}),
          ...(list ? LIST_HEADERS : {}),
          ...(list || tagged ? ETAG : {}),
          ...(keyed ? KEYED_HEADERS : {}),
        },
      },
      ...(list || tagged ? { 304: { description: 'Unchanged since the answer whose ETag is named in If-None-Match.', headers: ETAG } } : {}),
      ...responsesOf(codes),
    },
    parameters: [...(list || tagged ? [IF_NONE_MATCH] : []), ...(keyed ? [IDEMPOTENCY_KEY] : []), ...(conditional ? [IF_MATCH] : [])],
  });
  // The middleware is only a description of the route. It returns `next()` directly, so that a request does not wait for one more promise.
  const passing: MiddlewareHandler = (_, next) => next();
  return Object.assign(passing, described);
}

/** The OpenAPI 3.1 document of the app, made once, from the schemas that validate its requests and type its replies. */
export function openApi(app: Hono<AppEnv>, version: string): MiddlewareHandler {
  const make = async () =>
    rendered(JSON.stringify(await generateSpecs(app, { documentation: about(version), defaultValidationErrorResponse: false })));
  let document: ReturnType<typeof make> | undefined;
  return async (c) => {
    document ??= make();
    // Tools in a browser may read it from any page: it has nothing secret.
    return okCompressed(c, await document, 'everyone', { 'Access-Control-Allow-Origin': '*' });
  };
}

const json = (schema: v.GenericSchema) => ({ 'application/json': { schema: resolver(schema) } });

const LIST_HEADERS = {
  'X-Total-Count': header('The number of all rows, if it is cheap to count or was asked for with total=true.', 'integer'),
  Link: header('The pages beside this one, as absolute URLs: rel="first", "prev" and "next" (RFC 8288).', 'string'),
};
const X_REQUEST_ID = { 'X-Request-Id': header('The id of the request in the log of the server. Send one of your own to choose it.', 'string') };
const LOCATION = { Location: header('The path of what was created.', 'string') };
const ETAG = { ETag: header('The name of this content, if it is sent as one part.', 'string') };
const IF_NONE_MATCH = {
  in: 'header' as const,
  name: 'If-None-Match',
  required: false,
  description: 'The ETag of an earlier answer. If the content is still the same, the answer is 304 without a body.',
  schema: { type: 'string' as const },
};
const IF_MATCH = {
  in: 'header' as const,
  name: 'If-Match',
  required: false,
  description: `The ETag of the row as you read it, or a list of up to ${IF_MATCH_TAGS_MAX}. If the row was edited since, nothing is changed, and the answer is 412. Sales do not count as edits of an event.`,
  schema: { type: 'string' as const, minLength: 1, maxLength: IF_MATCH_CHARACTERS_MAX },
};
const KEYED_HEADERS = { 'Idempotency-Replayed': header('true: this is the first answer, given again.', 'string') };
const IDEMPOTENCY_KEY = {
  in: 'header' as const,
  name: 'Idempotency-Key',
  required: false,
  description:
    'A name that the client gives to this request, such as a new UUID. If you repeat the request with the same key within 24 hours, nothing is created twice. A placeholder such as `<string>` is refused.',
  schema: { type: 'string' as const, minLength: 1, maxLength: KEY_CHARACTERS_MAX },
};
type Documentation = NonNullable<NonNullable<Parameters<typeof generateSpecs>[1]>['documentation']>;

const about = (version: string): Documentation => ({
  openapi: '3.1.0',
  info: {
    title: 'Ticket Platform API',
    version,
    license: { name: 'MIT', identifier: 'MIT' },
    description: [
      'Every ticket is sold exactly once. Every answer has `success` and `message`. A success has `data`. A failure has `code` and `errors`.',
      'Programs read the status and `code`. `message` is Indonesian, for people. A later version may add codes. If you do not know a code, use the status.',
      'Send the token as `Authorization: Bearer <token>`. An invalid token is refused (401) on every endpoint below `/api` but register and login.',
      'PUT changes only the fields that the body has. Unknown fields are ignored. Of a field that is sent twice, the last one counts.',
    ].join('\n\n'),
  },
  // The server that sent the document, whatever its address is.
  servers: [{ url: '/', description: 'This server.' }],
  tags: [
    { name: 'Status', description: 'Whether the server runs, and whether it can serve requests.' },
    { name: 'Authentication', description: 'Accounts and tokens.' },
    { name: 'Users', description: 'The accounts. In the locked profile admins manage them, and users their own.' },
    { name: 'Events', description: 'Anyone reads them. Admins create, change and delete them.' },
    { name: 'Bookings', description: 'Tickets that a user holds of an event.' },
  ],
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    responses: Object.fromEntries(SHARED.map((code) => [nameOf(code), responseOf([code])])),
    schemas: { FailureCode: { type: 'string', enum: FAILURE_CODES, description: 'Every code of a failure. A new one may come.' } },
  },
});
