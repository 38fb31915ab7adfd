import type { Context } from 'hono';
import { entityTag } from './entity-tag.ts';
import { answer, JSON_UTF8 } from './envelope.ts';
import { once } from './once.ts';

/** The bytes of an answer, and its ETag. */
interface Rendered {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

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
export function okCached(c: Context, { bytes, etag }: Rendered, more: Readonly<Record<string, string>> = {}): Response {
  const known = c.req.header('If-None-Match');
  const isKnown = known !== undefined && (known.trim() === '*' || known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag));
  return isKnown ? answer(c, 304, null, { ETag: etag, ...more }) : answer(c, 200, bytes, { ETag: etag, ...JSON_UTF8, ...more });
}
