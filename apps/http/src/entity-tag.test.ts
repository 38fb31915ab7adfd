import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityTag, IF_MATCH_CHARACTERS_MAX, IF_MATCH_TAGS_MAX, versionsIn } from './entity-tag.ts';

const bytes = fc.uint8Array({ maxLength: 50 });
const version = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const tagOf = (of: number) => entityTag(new TextEncoder().encode('a row'), of);

describe('the ETag of a row', () => {
  it('gives its version back, whatever the bytes are, also when a proxy has weakened it', () => {
    fc.assert(
      fc.property(bytes, version, (content, of) => {
        const tag = entityTag(content, of);
        expect(tag).toMatch(/^"[\x21\x23-\x7e]+"$/);
        expect([versionsIn(tag), versionsIn(`W/${tag}`), versionsIn(` ${tag}\t`)]).toEqual([[of], [of], [of]]);
      }),
    );
  });

  it('differs when the bytes or the version differ', () => {
    fc.assert(
      fc.property(bytes, bytes, version, version, (one, other, first, second) => {
        const isSame = Buffer.compare(one, other) === 0 && first === second;
        expect(entityTag(one, first) === entityTag(other, second)).toBe(isSame);
      }),
    );
  });

  it('fits into the limit ten times, with the longest version', () => {
    const list = Array.from({ length: IF_MATCH_TAGS_MAX }, (_, index) => `W/${tagOf(2_147_483_640 - index)}`).join(', ');
    expect(list.length).toBeLessThanOrEqual(IF_MATCH_CHARACTERS_MAX);
    expect(versionsIn(list)).toHaveLength(IF_MATCH_TAGS_MAX);
    expect(versionsIn(`${list}, ${tagOf(1)}`)).toBe('malformed');
  });

  it('is never read from the ETag of a list', () => {
    fc.assert(fc.property(bytes, (content) => void expect(versionsIn(entityTag(content))).toEqual([])));
  });
});

describe('an If-Match', () => {
  it('accepts the versions of all tags that it lists', () => {
    fc.assert(
      fc.property(fc.array(version, { minLength: 1, maxLength: IF_MATCH_TAGS_MAX }), fc.constantFrom(',', ' , ', ',\t', ',,'), (of, separator) => {
        expect(versionsIn(of.map(tagOf).join(separator))).toEqual(of);
      }),
    );
  });

  it.each([
    ['*', 'any'],
    [' * ', 'any'],
    ['"x"', []],
    ['"x,y", "3-short"', []],
    [`"x,${tagOf(3).slice(1, -1)}"`, []],
    [`"0-${'a'.repeat(27)}", "03-${'a'.repeat(27)}", "-1-${'a'.repeat(27)}", "12345678901-${'a'.repeat(27)}", "3-${'a'.repeat(28)}"`, []],
    ['""', []],
    ['"\u00e9"', []],
    [`, ${tagOf(3)},`, [3]],
  ])('of %s is read as %j', (header, expected) => {
    expect(versionsIn(header)).toEqual(expected);
  });

  it.each([
    '',
    ' ',
    ',',
    '3',
    'x',
    '"x',
    'x"',
    '"x" "y"',
    '"x"y',
    '* , "x"',
    '"x", *',
    '**',
    'w/"x"',
    'W/ "x"',
    "'x'",
    '"x y"',
    '"\u0100"',
    `"${'x'.repeat(IF_MATCH_CHARACTERS_MAX)}"`,
    ','.repeat(IF_MATCH_CHARACTERS_MAX),
    `${'"x",'.repeat(IF_MATCH_TAGS_MAX)}"x"`,
  ])('of %j is malformed', (header) => {
    expect(versionsIn(header)).toBe('malformed');
  });

  it('is never read as a version that it does not spell out, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'"W/*, 123-ab', '3-abcdefghijklmnopqrstuvwxyza'), maxLength: 40 }), (header) => {
        const read = versionsIn(header);
        if (typeof read === 'string') return;
        for (const one of read) expect(header).toMatch(new RegExp(`"${one}-[\\w-]{27}"`));
      }),
    );
  });
});
