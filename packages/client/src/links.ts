/** One link of a `Link` header (RFC 8288): the target, and the parameters behind it. */
const LINK = /<([^<>]*)>((?:;[^,<>]*)*)/g;

/** The target of `rel="next"`, if the header has one. */
export function nextIn(header: string | null): string | undefined {
  for (const [, target, parameters = ''] of (header ?? '').matchAll(LINK)) if (/;\s*rel="?next"?\s*(?:;|$)/i.test(parameters)) return target;
  return undefined;
}
