import type { Language, Languages } from '@ticket/adapters';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languageFor } from './language.ts';

const BOTH: readonly Languages[] = [
  ['id', 'en'],
  ['en', 'id'],
];

describe('the language of an answer', () => {
  it.each([
    [undefined, 'id'],
    ['', 'id'],
    ['*', 'id'],
    ['en', 'en'],
    ['EN', 'en'],
    ['en-GB', 'en'],
    ['en-GB-oxendict, fr', 'en'],
    ['id-ID,id;q=0.9,en-US;q=0.8,en;q=0.7', 'id'],
    ['en-US,en;q=0.9,id;q=0.8', 'en'],
    ['fr, en;q=0.1', 'en'],
    ['en;q=0.5, id;q=0.4', 'en'],
    ['en, id', 'en'],
    ['id, en', 'id'],
    ['en;q=0', 'id'],
    ['en;q=0, *', 'id'],
    ['id;q=0', 'en'],
    ['id;q=0, *;q=0.1', 'en'],
    ['id;q=0, en;q=0', 'id'],
    ['en-GB, en;q=0', 'id'],
    ['id;q=0.1, *', 'en'],
    ['*, en', 'id'],
    ['fr, *;q=0.5', 'id'],
    ['fr, de', 'id'],
    ['english', 'id'],
    ['in', 'id'],
    ['e', 'id'],
    ['en_GB', 'id'],
    ['en-', 'en'],
    ['en;q=2', 'id'],
    ['en;level=1', 'id'],
    ['en; q = 1', 'id'],
    [' en ; q=0.9 ', 'en'],
    [',,, ,en', 'en'],
    ['en\u0000', 'id'],
    ['Bahasa Inggris 🎫', 'id'],
    ['__proto__, constructor, en', 'en'],
  ] as const)('for Accept-Language: %j is %s', (header, language) => {
    expect(languageFor(header, ['id', 'en'])).toBe(language);
  });

  it('is the only one if the server has one, whatever is asked for', () => {
    expect([languageFor('en', ['id']), languageFor('id', ['en'])]).toEqual(['id', 'en']);
  });

  it('of a header that goes on and on is the first, because its entries are not read', () => {
    const [begins, ends] = [`en,${'fr,'.repeat(3000)}`, `${'x'.repeat(10_000)},en`];
    for (const header of [begins, ends, ','.repeat(10_000), 'en-'.repeat(4000), 'en;q=0.'.padEnd(10_000, '0')])
      expect(languageFor(header, ['id', 'en'])).toBe('id');
  });

  it('is one of the server, for any text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...BOTH), fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 600 })), (languages, header) => {
        expect(languages).toContain(languageFor(header, languages));
      }),
    );
  });

  const entry = fc.record({
    range: fc.constantFrom('id', 'en', 'ID', 'en-GB', 'EN-us', 'id-ID', 'id-Latn-ID', '*', 'fr', 'zh-Hant', 'eng', 'idx', 'i-klingon'),
    weight: fc.constantFrom(undefined, '0', '0.0', '0.001', '0.3', '0.5', '0.50', '1', '1.000'),
    space: fc.constantFrom('', ' ', '\t', '  '),
  });
  const written = ({ range, weight, space }: { range: string; weight: string | undefined; space: string }) =>
    `${space}${range}${space}${weight === undefined ? '' : `;${space}q=${weight}`}${space}`;

  it('is that of the ranges in the order of their weights, for any header', () => {
    fc.assert(
      fc.property(fc.constantFrom(...BOTH), fc.array(entry, { maxLength: 6 }), (languages, entries) => {
        expect(languageFor(entries.map(written).join(','), languages)).toBe(expected(entries, languages));
      }),
      { numRuns: 5000 },
    );
  });
});

/** RFC 4647, 3.4 step by step: sort, then look each range up, then the default. Of a range that is there twice, the last weight counts. */
function expected(entries: readonly { readonly range: string; readonly weight: string | undefined }[], languages: Languages): Language {
  const primary = (range: string) => range.split('-')[0];
  const ranges = [...new Set(entries.map(({ range }) => range.toLowerCase()))];
  const weightOf = (asked: string) => Number(entries.findLast(({ range }) => range.toLowerCase() === asked)?.weight ?? 1);
  const acceptable = languages.filter((language) => !ranges.includes(language) || weightOf(language) > 0);
  const unnamed = languages.filter((language) => !ranges.some((range) => primary(range) === language));
  const priority = ranges.filter((range) => weightOf(range) > 0).toSorted((one, other) => weightOf(other) - weightOf(one));
  const found = priority.flatMap((range) => (range === '*' ? unnamed.slice(0, 1) : acceptable.filter((language) => primary(range) === language)));
  return [...found, ...acceptable, ...languages][0] ?? languages[0];
}
