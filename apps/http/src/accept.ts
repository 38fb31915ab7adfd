/** A browser's own header has under 100 characters. A longer header is ignored, because every entry of it would be read. */
const CHARACTERS_MAX = 500;

/**
 * The weights of a header such as Accept-Encoding, by name in lower case (RFC 9110, 12.4.2). An entry without a weight has 1. An entry in
 * another form is left out.
 */
export function weightsIn(header: string | undefined): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  if (header === undefined || header.length > CHARACTERS_MAX) return weights;
  for (const entry of header.split(',')) {
    const [, name, weight = '1'] = ENTRY.exec(entry) ?? [];
    if (name !== undefined) weights.set(name.toLowerCase(), Number(weight));
  }
  return weights;
}
const ENTRY = /^[ \t]*([\w*-]+)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?$/i;
