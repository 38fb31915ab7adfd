import type { Context } from 'hono';
import { COMPRESSED_BYTES_MIN, codingFor, compressed } from './compression.ts';
import { entityTag } from './entity-tag.ts';
import { answer, JSON_UTF8 } from './envelope.ts';
import { once } from './once.ts';

/** The bytes of an answer, and its ETag. */
interface Rendered {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/** Whether an answer is the same for everyone, or belongs to the caller who asked. */
export type Readers = 'everyone' | 'caller';

/** Renders data into a JSON answer, once for all requests that share the data. */
export const cachedBody = <Data extends object>(message: string, textOf: (data: Data) => string) =>
  once((data: Data) => rendered(textWith(message, textOf(data))));

/** The same for a single row. Its ETag can be sent back in If-Match. */
export const cachedRow = <Row extends { readonly version: number }>(message: string, textOf: (row: Row) => string) =>
  once((row: Row) => rendered(textWith(message, textOf(row)), row.version));

const textWith = (message: string, data: string): string => `{"success":true,"message":${JSON.stringify(message)},"data":${data}}`;

export function rendered(text: string, version?: number): Rendered {
  const bytes = new TextEncoder().encode(text);
  return { bytes, etag: entityTag(bytes, version) };
}

/** Answers with the rendered body, or with 304 to a client that has it already (RFC 9110, 13.1.2). */
export function okCached(c: Context, { bytes, etag }: Rendered, readers: Readers): Response {
  const caching = cachingFor(c, readers);
  return isKnown(c, etag) ? answer(c, 304, null, { ETag: etag, ...caching }) : answer(c, 200, bytes, { ETag: etag, ...JSON_UTF8, ...caching });
}

/**
 * The same for a body that may be large. The ETag of a compressed answer is weak, because its bytes depend on the coding (RFC 9110, 8.8.1).
 * If-None-Match ignores the difference.
 */
export async function okCompressed(
  c: Context,
  { bytes, etag }: Rendered,
  readers: Readers,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const coding = bytes.length < COMPRESSED_BYTES_MIN ? undefined : codingFor(c.req.header('Accept-Encoding'));
  const headers = { ETag: coding === undefined ? etag : `W/${etag}`, ...cachingFor(c, readers, ['Accept-Encoding']), ...more };
  if (isKnown(c, etag)) return answer(c, 304, null, headers);
  const small = coding && (await compressed(bytes, coding));
  if (coding === undefined || small === undefined) return answer(c, 200, bytes, { ...JSON_UTF8, ...headers, ETag: etag });
  return answer(c, 200, small, { ...JSON_UTF8, ...headers, 'Content-Encoding': coding });
}

/**
 * A cache may keep the answer, and has to ask the server before each use. Then nobody reads an old stock, and rights count at once. Only a
 * browser keeps an answer for its caller. `Vary` keeps callers apart even in a shared cache that is set up wrongly.
 */
export function cachingFor(c: Context, readers: Readers, varies: readonly string[] = []): Readonly<Record<string, string>> {
  const own: string | undefined = c.get('headers')?.['Vary'];
  if (own === undefined && readers === 'everyone' && varies.length === 0) return PUBLIC;
  const names = [...(own === undefined ? [] : [own]), ...(readers === 'caller' ? ['Authorization'] : []), ...varies];
  const control = readers === 'caller' ? PRIVATE : PUBLIC;
  return { ...control, Vary: names.join(', ') };
}

const PUBLIC = { 'Cache-Control': 'public, no-cache' };
const PRIVATE = { 'Cache-Control': 'private, no-cache' };

function isKnown(c: Context, etag: string): boolean {
  const known = c.req.header('If-None-Match');
  return known !== undefined && (known.trim() === '*' || known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag));
}
