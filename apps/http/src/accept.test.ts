import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weightsIn } from './accept.ts';
import { codingFor } from './compression.ts';

describe('Accept-Encoding', () => {
  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br ; q=0.8 , gzip;q=0.8', 'br'],
    ['br;q=0, gzip;q=0.001', 'gzip'],
    ['*', 'br'],
    ['*;q=0.1, br;q=0', 'gzip'],
    ['gzip, identity;q=0', 'gzip'],
    ['gzip;q=0.5, identity', undefined],
    ['gzip;q=0.5, *;q=0', 'gzip'],
    ['*;q=0', undefined],
    ['identity;q=0', undefined],
    ['identity', undefined],
    ['zstd, deflate, compress', undefined],
    ['br;q=2, gzip;q=-1', undefined],
    ['br;q=abc', undefined],
    ['br;level=1', undefined],
    ['', undefined],
    [undefined, undefined],
    [`gzip${' '.repeat(500)}`, undefined],
  ])('%j asks for %j', (header, coding) => {
    expect(codingFor(header)).toBe(coding);
  });

  it('of any other text gives weights from 0 to 1, and never fails', () => {
    const texts = fc.array(fc.constantFrom('br', 'gzip', '*', 'identity', ';', 'q=', '0.5', '1', ',', ' ', '\t', 'é')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(texts, fc.string()), (text) => {
        expect([...weightsIn(text).values()].every((weight) => weight >= 0 && weight <= 1)).toBe(true);
        expect(['br', 'gzip', undefined]).toContain(codingFor(text));
      }),
    );
  });
});
