import type { Language } from '@ticket/adapters';
import type { Context } from 'hono';
import { COMPRESSED_BYTES_MIN, codingFor, compressed } from './compression.ts';
import { entityTag } from './entity-tag.ts';
import { answer, JSON_IN, JSON_UTF8, messageVaries, varyOf } from './envelope.ts';
import { inEach, languageOf } from './language.ts';
import type { Message } from './messages.ts';
import { once } from './once.ts';

/** The bytes of an answer, its ETag, and the language of its message, if it has one. */
interface Rendered {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  readonly language: Language | undefined;
}

/** Whether an answer is the same for everyone, or belongs to the caller who asked. */
export type Readers = 'everyone' | 'caller';

/** Renders data into a JSON answer, once in each language for all requests that share the data. */
export const cachedBody = <Data extends object>(message: Message, textOf: (data: Data) => string) =>
  inLanguageOf((language) => once((data: Data) => rendered(textWith(message[language], textOf(data)), { language })));

/** The same for a single row. Its ETag can be sent back in If-Match. */
export const cachedRow = <Row extends { readonly version: number }>(message: Message, textOf: (row: Row) => string) =>
  inLanguageOf((language) => once((row: Row) => rendered(textWith(message[language], textOf(row)), { language, version: row.version })));

/** Renders in the language of the request. */
function inLanguageOf<Data>(make: (language: Language) => (data: Data) => Rendered): (c: Context, data: Data) => Rendered {
  const render = inEach(make);
  return (c, data) => render[languageOf(c)](data);
}

const textWith = (message: string, data: string): string => `{"success":true,"message":${JSON.stringify(message)},"data":${data}}`;

export function rendered(text: string, { language, version }: { readonly language?: Language; readonly version?: number } = {}): Rendered {
  const bytes = new TextEncoder().encode(text);
  return { bytes, etag: entityTag(bytes, version), language };
}

/** Answers with the rendered body, or with 304 to a client that has it already (RFC 9110, 13.1.2). */
export function okCached(c: Context, { bytes, etag, language }: Rendered, readers: Readers): Response {
  const caching = cachingFor(c, readers, variesOf(c, language));
  return isKnown(c, etag) ? answer(c, 304, null, { ETag: etag, ...caching }) : answer(c, 200, bytes, { ETag: etag, ...jsonIn(language), ...caching });
}

/**
 * The same for a body that may be large. The ETag of a compressed answer is weak, because its bytes depend on the coding (RFC 9110, 8.8.1).
 * If-None-Match ignores the difference.
 */
export async function okCompressed(
  c: Context,
  { bytes, etag, language }: Rendered,
  readers: Readers,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const coding = bytes.length < COMPRESSED_BYTES_MIN ? undefined : codingFor(c.req.header('Accept-Encoding'));
  const headers = {
    ETag: coding === undefined ? etag : `W/${etag}`,
    ...cachingFor(c, readers, [...variesOf(c, language), 'Accept-Encoding']),
    ...more,
  };
  if (isKnown(c, etag)) return answer(c, 304, null, headers);
  const small = coding && (await compressed(bytes, coding));
  if (coding === undefined || small === undefined) return answer(c, 200, bytes, { ...jsonIn(language), ...headers, ETag: etag });
  return answer(c, 200, small, { ...jsonIn(language), ...headers, 'Content-Encoding': coding });
}

const jsonIn = (language: Language | undefined) => (language === undefined ? JSON_UTF8 : JSON_IN[language]);
const variesOf = (c: Context, language: Language | undefined): readonly string[] => (language === undefined ? [] : messageVaries(c));

/**
 * A cache may keep the answer, and has to ask the server before each use. Then nobody reads an old stock, and rights count at once. Only a
 * browser keeps an answer for its caller. `Vary` keeps callers apart even in a shared cache that is set up wrongly.
 */
export function cachingFor(c: Context, readers: Readers, varies: readonly string[]): Readonly<Record<string, string>> {
  const control = readers === 'caller' ? PRIVATE : PUBLIC;
  const vary = varyOf(c, readers === 'caller' ? ['Authorization', ...varies] : varies);
  return vary === undefined ? control : { ...control, Vary: vary };
}

const PUBLIC = { 'Cache-Control': 'public, no-cache' };
const PRIVATE = { 'Cache-Control': 'private, no-cache' };

function isKnown(c: Context, etag: string): boolean {
  const known = c.req.header('If-None-Match');
  return known !== undefined && (known.trim() === '*' || known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag));
}
