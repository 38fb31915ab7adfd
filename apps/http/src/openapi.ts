import type { Policies } from '@ticket/adapters';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { describeRoute, generateSpecs } from 'hono-openapi';
import type * as v from 'valibot';
import { okCompressed, rendered } from './cached-body.ts';
import type { AppEnv } from './env.ts';
import { ALWAYS, CONDITION_FAILURES, KEY_FAILURES, neverGiven, responsesOf, sharedResponses } from './failure-responses.ts';
import { FAILURE_CODES, type FailureCode } from './failures.ts';
import { lastUsed } from './last-used.ts';
import { ETAG, IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, json, KEYED_HEADERS, LIST_HEADERS, LOCATION, TABLE, X_REQUEST_ID } from './openapi-parts.ts';

const SECURITY = { none: [], optional: [{}, { bearer: [] }], required: [{ bearer: [] }] };

export interface Operation {
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

/** Declares routes in the OpenAPI document of a server with these rules. */
export function operationsFor(policies: Policies): (declared: Operation) => MiddlewareHandler {
  const never = neverGiven(policies);
  return (declared) => operation({ ...declared, failures: declared.failures.filter((code) => !never.includes(code)) });
}

/** The middlewares of a route declare what they read themselves (body, query, id). */
function operation({
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
        content: csv ? { ...json(reply), 'text/csv': TABLE } : json(reply),
        headers: {
          ...X_REQUEST_ID,
          ...(status === 201 ? LOCATION : {}),
          ...(list ? LIST_HEADERS : {}),
          ...(list || tagged ? ETAG : {}),
          ...(keyed ? KEYED_HEADERS : {}),
        },
      },
      ...(list || tagged
        ? {
            304: {
              description: 'Unchanged since the answer whose ETag is named in If-None-Match.',
              headers: { ...X_REQUEST_ID, ...(list ? LIST_HEADERS : {}), ...ETAG },
            },
          }
        : {}),
      ...responsesOf(codes),
    },
    parameters: [...(list || tagged ? [IF_NONE_MATCH] : []), ...(keyed ? [IDEMPOTENCY_KEY] : []), ...(conditional ? [IF_MATCH] : [])],
  });
  // The middleware is only a description of the route. It returns `next()` directly, so that a request does not wait for one more promise.
  const passing: MiddlewareHandler = (_, next) => next();
  return Object.assign(passing, described);
}

/**
 * The OpenAPI 3.1 document of the app, made from the schemas that validate its requests and type its replies. Its server is the origin that
 * the client asked for. What is the same for all origins is made once.
 */
export function openApi(
  app: Hono<AppEnv>,
  { version, policies }: { readonly version: string; readonly policies: Policies },
  originOf: (c: Context) => string,
): MiddlewareHandler {
  const documentation = about(version, policies);
  const make = async () => {
    const text = JSON.stringify(await generateSpecs(app, { documentation, defaultValidationErrorResponse: false }));
    return lastUsed(ORIGINS_MAX, (url) => rendered(text.replace(SERVER, () => JSON.stringify({ ...SERVER_HERE, url }))));
  };
  let document: ReturnType<typeof make> | undefined;
  return async (c) => {
    document ??= make();
    const forServer = await document;
    const answered = forServer(originOf(c) || SERVER_HERE.url);
    // Tools in a browser may read it from any page: it has nothing secret.
    return okCompressed(c, answered, 'everyone', { 'Access-Control-Allow-Origin': '*' });
  };
}

/** The origins whose document is kept. A server has few names, and each document has 100 KB. */
const ORIGINS_MAX = 4;
const SERVER_HERE = { url: '/', description: 'This server.' };
const SERVER = JSON.stringify(SERVER_HERE);

type Documentation = NonNullable<NonNullable<Parameters<typeof generateSpecs>[1]>['documentation']>;

const about = (version: string, policies: Policies): Documentation => ({
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
      'Every answer has `X-Request-Id`. On any path, a method that it does not have is 405, and `Allow` names those that it has. A path that does not exist is 404.',
    ].join('\n\n'),
  },
  // `openApi` puts the origin in its place.
  servers: [SERVER_HERE],
  tags: [
    { name: 'Status', description: 'Whether the server runs, and whether it can serve requests.' },
    { name: 'Authentication', description: 'Accounts and tokens.' },
    { name: 'Users', description: 'The accounts. In the locked profile admins manage them, and users their own.' },
    { name: 'Events', description: 'Anyone reads them. Admins create, change and delete them.' },
    { name: 'Bookings', description: 'Tickets that a user holds of an event.' },
  ],
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The token that login and registration give.' } },
    responses: sharedResponses(policies),
    schemas: {
      FailureCode: { type: 'string', enum: FAILURE_CODES, description: 'Every code of a failure. A new one may come.', examples: ['not_found'] },
    },
  },
});
