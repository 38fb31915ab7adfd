import type { Context } from 'hono';
import * as v from 'valibot';
import { type ErrorsOf, FAILURES, type FailureCode } from './failures.ts';
import { inEach, languageOf } from './language.ts';
import type { Message } from './messages.ts';

export const JSON_UTF8 = { 'Content-Type': 'application/json; charset=UTF-8' } as const;

/** The headers of a body with a message. */
export const JSON_IN = inEach((language) => ({ ...JSON_UTF8, 'Content-Language': language }));

/** The request headers on which a message depends. */
export const messageVaries = (c: Context): readonly string[] => (c.get('isNegotiated') === true ? ACCEPT_LANGUAGE : NOTHING);
const [ACCEPT_LANGUAGE, NOTHING] = [['Accept-Language'], []] as const;

/** The value of `Vary`: what a middleware has put there, and these names. */
export function varyOf(c: Context, names: readonly string[]): string | undefined {
  const own: string | undefined = c.get('headers')?.['Vary'];
  return own === undefined && names.length === 0 ? undefined : [...(own === undefined ? [] : [own]), ...names].join(', ');
}

/** Every body of every answer is one of these two. */
export const success = <Data extends v.GenericSchema>(message: Message, data: Data) =>
  v.pipe(
    v.object({ success: isDone, message: messageSuchAs(message), data }),
    v.metadata({ examples: [{ success: true, message, data: exampleOf(data) }] }),
  );

/** The data of a deletion's answer: nothing is left to show. */
export const done = (message: Message) =>
  v.pipe(v.object({ success: isDone, message: messageSuchAs(message) }), v.metadata({ examples: [{ success: true, message }] }));

/** The rows of a list. */
export const rowsOf = <Row extends v.GenericSchema>(row: Row) =>
  v.pipe(v.array(row), v.metadata({ description: 'The rows.', examples: [[exampleOf(row)]] }));

const exampleOf = (schema: v.GenericSchema): unknown => (v.getMetadata(schema) as { readonly examples?: readonly unknown[] }).examples?.[0];

const isDone = v.pipe(v.literal(true), v.description('true: the request was done.'));

/** Messages are words for people, and may change. Programs read the status and the code. The document shows it in the server's languages. */
const messageSuchAs = (message: Message) => v.pipe(v.string(), v.metadata({ description: 'Words for a person.', examples: [message] }));

/**
 * Makes every answer of the app, with the headers of all answers. The headers stay a plain object, which Node writes directly. Hono's
 * c.json and c.header would copy them into a Headers object and out again (docs/decisions/0020-what-every-request-pays.md). The code avoids
 * `{ ...a, ...b }`, because V8 adds fields slowly after a spread.
 */
export const answer = (c: Context, status: number, body: Body, headers: Readonly<Record<string, string>>): Response =>
  new Response(body, { status, headers: Object.assign({}, c.get('headers'), headers) });
type Body = string | Uint8Array<ArrayBuffer> | ReadableStream | null;

function inEnvelope(c: Context, status: number, envelope: object, headers?: Readonly<Record<string, string>>): Response {
  const own = JSON_IN[languageOf(c)];
  const varies = messageVaries(c);
  const vary = varies.length === 0 ? undefined : { Vary: varyOf(c, varies) };
  return answer(c, status, JSON.stringify(envelope), headers || vary ? Object.assign({}, own, headers, vary) : own);
}

export const ok = <Data>(c: Context, message: Message, data: Data): Response =>
  inEnvelope(c, 200, { success: true, message: message[languageOf(c)], data });

/**
 * `replayed`: an earlier request under the same Idempotency-Key created this, and nothing was created now. `location` is the path of what was
 * created.
 */
export function created<Data>(
  c: Context,
  message: Message,
  data: Data,
  { replayed, location }: { readonly replayed: boolean; readonly location: string },
): Response {
  const headers = replayed ? { Location: location, 'Idempotency-Replayed': 'true' } : { Location: location };
  return inEnvelope(c, 201, { success: true, message: message[languageOf(c)], data }, headers);
}

export const deleted = (c: Context, message: Message): Response => inEnvelope(c, 200, { success: true, message: message[languageOf(c)] });

export function fail<Code extends FailureCode>(
  c: Context,
  code: Code,
  message: Message,
  errors: ErrorsOf<Code>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const { status } = FAILURES[code];
  const envelope = { success: false, code, message: message[languageOf(c)], errors };
  return inEnvelope(c, status, envelope, status === 401 ? { ...challengeOf(c, code), ...headers } : headers);
}

/** RFC 9110, 15.5.2: a 401 names an authentication scheme. RFC 6750, 3.1: it has an error only if a token was sent. */
function challengeOf(c: Context, code: FailureCode): Readonly<Record<string, string>> {
  const wasSent = code === 'unauthenticated' && c.req.header('Authorization') !== undefined;
  return { 'WWW-Authenticate': wasSent ? 'Bearer error="invalid_token"' : 'Bearer' };
}
