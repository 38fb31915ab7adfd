import { type Input, Refusal } from '@ticket/domain';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { resolver, uniqueSymbol } from 'hono-openapi';
import type * as v from 'valibot';
import type { AppEnv } from './env.ts';
import { UnreadableBody } from './errors.ts';
import { hasFewValues } from './few-values.ts';
import { languageOf } from './language.ts';
import { faults, messages } from './messages.ts';
import { invalid, validate } from './validate.ts';

/** The limit for an event's body. It has room for the longest description, 10,000 characters of four bytes, and the other fields. */
export const BODY_BYTES_MAX = 64 * 1024;
/** The limit for all other bodies: twice the longest account with every character escaped. */
export const USUAL_BODY_BYTES_MAX = 16 * 1024;

/** A media type with a charset has about 30 characters. Each of its parameters is checked, so long ones are refused. */
const TYPE_CHARACTERS_MAX = 255;

const tooLarge = (): never => {
  throw new UnreadableBody('body_too_large', messages.bodyTooLarge);
};

/** Refuses a body over the limit, also on routes that read no body. It uses the stated length, or reads the body if there is none. */
function upTo(bytesMax: number): MiddlewareHandler {
  const readAndLimit = bodyLimit({ maxSize: bytesMax, onError: tooLarge });
  return (c, next) => {
    const length = c.req.header('Content-Length');
    if (Number(length) > bytesMax) tooLarge();
    // If the body has already been read (whole-request.ts), it is only measured. Hono's bodyLimit would turn it into a web stream, which is
    // expensive.
    const { rawBody } = c.env?.incoming ?? {};
    if (rawBody instanceof Uint8Array) return rawBody.length > bytesMax ? tooLarge() : next();
    const isChunked = c.req.header('Transfer-Encoding') !== undefined;
    // On a real connection, a request without a length and without chunks has no body (RFC 9112, 6.3). A test in this process has no connection.
    const stated = (length !== undefined || c.env?.incoming !== undefined) && !isChunked;
    return stated || c.req.method === 'GET' || c.req.method === 'HEAD' ? next() : readAndLimit(c, next);
  };
}
const [limitEvent, limitOther] = [upTo(BODY_BYTES_MAX), upTo(USUAL_BODY_BYTES_MAX)];

/** The work on a body grows with its size, and strangers can send one to every route. So each route accepts only the size that it needs. */
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
    if (type.length > TYPE_CHARACTERS_MAX || !/^application\/json[ \t]*(?:;|$)/i.test(type))
      return new UnreadableBody('unsupported_media_type', messages.notJson);
    if (!charsetsIn(type).every(isUtf8)) return new UnreadableBody('unsupported_media_type', messages.notUtf8);
  }
  // A compressed body is refused, because a proxy and this server could read it differently.
  if (!/^(?:identity)?$/i.test(request.header('Content-Encoding') ?? '')) return new UnreadableBody('invalid_json', messages.invalidJson);
  let value: unknown;
  try {
    const bytes = await bytesOf(c);
    if (isInVain(c, bytes)) return new Refusal('unauthenticated', {});
    if (!hasFewValues(bytes)) return new UnreadableBody('invalid_json', messages.invalidJson);
    value = JSON.parse(UTF8.decode(bytes));
  } catch {
    return new UnreadableBody('invalid_json', messages.invalidJson);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return invalid([{ field: 'body', message: faults.object[languageOf(c)] }]);
  return validate(schema, value, languageOf(c));
}

/** The bytes of the body. On a connection they were read before the app was called (whole-request.ts). Hono would copy them first. */
export async function bytesOf({ env, req }: Context): Promise<Uint8Array> {
  const rawBody: unknown = env?.incoming?.rawBody;
  return rawBody instanceof Uint8Array ? rawBody : new Uint8Array(await req.arrayBuffer());
}

/**
 * Whether the body is large and the client has no token. Only an event's body may be this large, and without a token the use case refuses
 * it before it reads the body. So it is not parsed.
 */
export const isInVain = (c: Context<AppEnv>, bytes: Uint8Array): boolean =>
  bytes.length > USUAL_BODY_BYTES_MAX && c.get('context')?.actor === 'anonymous';

/** Refuses bytes that are not UTF-8. By default the decoder would insert replacement characters. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

const charsetsIn = (type: string): string[] => [...type.matchAll(/;[ \t]*charset=([^;]*)/gi)].map(([, charset = '']) => charset);
const isUtf8 = (charset: string): boolean => /^(?:utf-?8|"utf-?8")[ \t]*$/i.test(charset);
