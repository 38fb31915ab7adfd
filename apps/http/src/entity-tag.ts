import { createHash } from 'node:crypto';

/**
 * The ETag of an answer: a hash of its bytes. That of a single row begins with the row's version, by which If-Match is judged. So a sale
 * changes the ETag of an event, but not the versions that a client may change.
 */
export function entityTag(bytes: Uint8Array, version?: number): string {
  const hash = createHash('sha1').update(bytes).digest('base64url');
  return version === undefined ? `"${hash}"` : `"${version}-${hash}"`;
}

/** How many tags an If-Match may list. Each is read for every request, so their number is limited, and so are the characters. */
export const IF_MATCH_TAGS_MAX = 10;
/** Room for that many of our tags, with the longest version. */
export const IF_MATCH_CHARACTERS_MAX = 512;

/** An entity tag and what may stand around it in a list (RFC 9110, 5.6.1 and 8.8.3). A comma inside the quotes belongs to the tag. */
const ELEMENT = /[ \t]*(?:(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,|$)/y;
/** Our own tag of a row, without the quotes. The hash has 27 characters, so the tag of a list is never read as one of a row. */
const ROW_TAG = /^([1-9]\d{0,9})-[\w-]{27}$/;

/**
 * The versions that an If-Match accepts: `any` for `*`, none if only other tags are listed, and `malformed` if it is no list of tags. A weak
 * tag counts like a strong one: proxies that compress an answer weaken its tag, and the version is exact in both.
 */
export function versionsIn(ifMatch: string): readonly number[] | 'any' | 'malformed' {
  if (ifMatch.length > IF_MATCH_CHARACTERS_MAX) return 'malformed';
  if (ifMatch.trim() === '*') return 'any';
  const tags: string[] = [];
  for (ELEMENT.lastIndex = 0; ELEMENT.lastIndex < ifMatch.length; ) {
    const [, tag] = ELEMENT.exec(ifMatch) ?? ['malformed'];
    if (ELEMENT.lastIndex === 0) return 'malformed';
    if (tag !== undefined) tags.push(tag);
  }
  if (tags.length === 0 || tags.length > IF_MATCH_TAGS_MAX) return 'malformed';
  return tags.flatMap((tag) => ROW_TAG.exec(tag)?.[1] ?? []).map(Number);
}
