import { type Input, Refusal } from '@ticket/domain';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { resolver, uniqueSymbol } from 'hono-openapi';
import type * as v from 'valibot';
import type { AppEnv } from './env.ts';
import { UnreadableBody } from './errors.ts';
import { hasFewValues } from './few-values.ts';
import { faults, messages } from './messages.ts';
import { invalid, validate } from './validate.ts';

/** An event's: room for the longest description, 10,000 characters of four bytes, and the rest. */
export const BODY_BYTES_MAX = 64 * 1024;
/** All others: twice the longest account, each character of it written as an escape. */
export const USUAL_BODY_BYTES_MAX = 16 * 1024;

/** A media type with a charset has some 30 characters. Its parameters are looked through one by one. */
const TYPE_CHARACTERS_MAX = 255;

const tooLarge = (): never => {
  throw new UnreadableBody(413, messages.bodyTooLarge);
};

/** Refuses a body over the limit, on routes that read none too: by its stated length, else by reading it. */
function upTo(bytesMax: number): MiddlewareHandler {
  const readAndLimit = bodyLimit({ maxSize: bytesMax, onError: tooLarge });
  return (c, next) => {
    const length = c.req.header('Content-Length');
    if (Number(length) > bytesMax) tooLarge();
    // bodyLimit turns every body into a web stream, which is dear: a body that was read already (whole-request.ts) is just measured.
    const { rawBody } = c.env?.incoming ?? {};
    if (rawBody instanceof Uint8Array) return rawBody.length > bytesMax ? tooLarge() : next();
    const isChunked = c.req.header('Transfer-Encoding') !== undefined;
    // On a connection (a test in this process has none) a request that states neither has no body (RFC 9112, 6.3).
    const stated = (length !== undefined || c.env?.incoming !== undefined) && !isChunked;
    return stated || c.req.method === 'GET' || c.req.method === 'HEAD' ? next() : readAndLimit(c, next);
  };
}
const [limitEvent, limitOther] = [upTo(BODY_BYTES_MAX), upTo(USUAL_BODY_BYTES_MAX)];

/** The work on a body grows with its bytes, and strangers may send one to every route: each has the room that it needs. */
export const limitBody: MiddlewareHandler<AppEnv> = (c, next) => (c.get('route')?.startsWith('/api/events') ? limitEvent : limitOther)(c, next);

/**
 * Reads and validates a JSON body. Faults are only recorded: `c.get('input')` is the value or the error, and the use case throws the
 * error once the caller's rights are clear. The OpenAPI document describes the body by the same schema.
 */
export const body = <Schema extends v.GenericSchema<unknown, object>>(schema: Schema) =>
  Object.assign(
    createMiddleware<AppEnv & { Variables: { input: Input<v.InferOutput<Schema>> } }>(async (c, next) => {
      c.set('input', c.get('unusableKey') ?? (await read(c, schema)));
      await next();
    }),
    { [uniqueSymbol]: { target: 'json', ...resolver(schema, { options: { typeMode: 'input' } }) } },
  );

async function read<Schema extends v.GenericSchema<unknown, object>>(c: Context, schema: Schema): Promise<Input<v.InferOutput<Schema>>> {
  const { req: request } = c;
  const type = request.header('Content-Type') ?? '';
  if (type !== 'application/json') {
    if (type.length > TYPE_CHARACTERS_MAX || !/^application\/json[ \t]*(?:;|$)/i.test(type)) return new UnreadableBody(415, messages.notJson);
    if (!charsetsIn(type).every(isUtf8)) return new UnreadableBody(415, messages.notUtf8);
  }
  // Bytes that are said to be something else than they are would be one thing to a proxy and another here.
  if (!/^(?:identity)?$/i.test(request.header('Content-Encoding') ?? '')) return new UnreadableBody(400, messages.invalidJson);
  let value: unknown;
  try {
    const bytes = await bytesOf(c);
    if (isInVain(c, bytes)) return new Refusal('unauthenticated', {});
    if (!hasFewValues(bytes)) return new UnreadableBody(400, messages.invalidJson);
    value = JSON.parse(UTF8.decode(bytes));
  } catch {
    return new UnreadableBody(400, messages.invalidJson);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return invalid([{ field: 'body', message: faults.object }]);
  return validate(schema, value);
}

/** On a connection the whole body was read before the app was asked (whole-request.ts); Hono would copy it first. */
export async function bytesOf({ env, req }: Context): Promise<Uint8Array> {
  const rawBody: unknown = env?.incoming?.rawBody;
  return rawBody instanceof Uint8Array ? rawBody : new Uint8Array(await req.arrayBuffer());
}

/** Only an event's body may be this large. Creating events needs a token, and the use case refuses without one before it reads the body. */
export const isInVain = (c: Context<AppEnv>, bytes: Uint8Array): boolean =>
  bytes.length > USUAL_BODY_BYTES_MAX && c.get('context')?.actor === 'anonymous';

/** Refuses bytes that are not UTF-8. Node's own decoder would put a replacement character. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

const charsetsIn = (type: string): string[] => [...type.matchAll(/;[ \t]*charset=([^;]*)/gi)].map(([, charset = '']) => charset);
const isUtf8 = (charset: string): boolean => /^(?:utf-?8|"utf-?8")[ \t]*$/i.test(charset);
