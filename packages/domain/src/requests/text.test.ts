import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charactersOf, isLine, isProse, isWellFormed, utf8BytesOf } from './text.ts';

/** Any JavaScript string at all, halves of surrogate pairs among them. */
const anyText = fc.array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd7ff, max: 0xe000 }))).map((units) => String.fromCharCode(...units));
const wellFormed = fc.string({ unit: 'binary' });

describe('characters', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 2],
    ['🎷', 1],
    ['🎷🎷', 2],
    ['👩‍👧', 3],
  ])('of %j are %i', (text, count) => {
    expect(charactersOf(text)).toBe(count);
  });

  it('are counted alike in a whole and in its parts', () => {
    fc.assert(fc.property(wellFormed, wellFormed, (one, other) => charactersOf(one + other) === charactersOf(one) + charactersOf(other)));
  });
});

describe('a well-formed text', () => {
  it('is one that comes back from UTF-8 as it was', () => {
    fc.assert(
      fc.property(
        anyText,
        (text) => isWellFormed(text) === (new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text)) === text),
      ),
    );
  });

  it.each([
    ['\u007f', 1],
    ['\u0080', 2],
    ['\u07ff', 2],
    ['\u0800', 3],
    ['\uffff', 3],
    ['\u{10000}', 4],
  ])('has more bytes where UTF-8 changes its form: %j has %i', (text, bytes) => {
    expect(utf8BytesOf(text)).toBe(bytes);
  });

  it('has as many bytes as UTF-8 gives it', () => {
    fc.assert(fc.property(wellFormed, (text) => utf8BytesOf(text) === new TextEncoder().encode(text).length));
  });
});

describe('a line', () => {
  it.each(['a', '  a  ', '🎷', 'حفلة', "O'Brien", '<b>', '\u2060a', '1', '-'])('may be %j', (text) => {
    expect(isLine(text, 10)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['spaces', '   '],
    ['a no-break space', '\u00a0'],
    ['a zero-width space', '\u200b'],
    ['a joiner', '\u200d'],
    ['a byte order mark', '\ufeff'],
    ['a filler that shows nothing', '\u3164'],
    ['braille without dots', '\u2800'],
    ['a note without a head', '\u{1d159} \u2800'],
    ['variation selectors', '\ufe0f\u{e0100}'],
    ['a line break', 'a\nb'],
    ['a tab', 'a\tb'],
    ['a NUL', 'a\u0000'],
    ['an escape sequence', '\u001b[31mred'],
    ['a control character of the second block', 'a\u0085'],
    ['half a surrogate pair', 'a\ud83c'],
    ['the other half', '\udfb7a'],
  ])('is not %s', (_, text) => {
    expect(isLine(text, 10)).toBe(false);
  });

  it('ends at its limit, counted in characters', () => {
    expect([isLine('🎷'.repeat(10), 10), isLine('🎷'.repeat(11), 10)]).toEqual([true, false]);
    expect([isLine('a'.repeat(10), 10), isLine('a'.repeat(11), 10)]).toEqual([true, false]);
  });
});

describe('prose', () => {
  it.each(['', ' ', 'one\ntwo\r\nthree\tfour', '🎷'.repeat(10)])('may be %j', (text) => {
    expect(isProse(text, 30)).toBe(true);
  });

  it.each(['\u0000', 'a\u001bb', '\u0007', '\u007f', '\u0080', '\ud83c'])('is not %j', (text) => {
    expect(isProse(text, 30)).toBe(false);
  });

  it('ends at its limit, counted in characters', () => {
    expect([isProse('🎷'.repeat(10), 10), isProse('🎷'.repeat(11), 10)]).toEqual([true, false]);
  });

  it('is refused by its length before it is looked through, as a line is', () => {
    const leastOf = (work: () => boolean): number => {
      const times = Array.from({ length: 5 }, () => {
        const began = performance.now();
        for (let n = 0; n < 10; n++) expect(work()).toBe(false);
        return performance.now() - began;
      });
      return Math.min(...times);
    };
    const short = leastOf(() => isLine('', 10));
    const long = '\u200b'.repeat(60_000);
    expect(leastOf(() => isLine(long, 10)) / short).toBeLessThan(10);
    expect(leastOf(() => isProse(long, 10)) / short).toBeLessThan(10);
  });

  it('may be whatever a line may be', () => {
    fc.assert(fc.property(anyText, (text) => !isLine(text, 100) || isProse(text, 100)));
  });
});
