import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextIn } from './links.ts';

describe('the next page in a Link header', () => {
  it.each([
    ['</a?cursor=b>; rel="next"', '/a?cursor=b'],
    ['<http://h/a?limit=2>; rel="first", <http://h/a?q=x,y;z&cursor=c>; rel="next"', 'http://h/a?q=x,y;z&cursor=c'],
    ['</a>; title="x"; rel=next', '/a'],
    ['</a>; REL="NEXT"', '/a'],
    ['</a>; rel="prev"', undefined],
    ['</a>; rel="nextish"', undefined],
    ['</next>; rel="first"', undefined],
    ['rel="next"', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s', (header, next) => expect(nextIn(header)).toBe(next));

  it('is found among any others', () => {
    const relation = fc.constantFrom('first', 'prev', 'last', 'self');
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.array(fc.tuple(fc.webUrl(), relation)), fc.nat(5), (target, others, place) => {
        const links = others.map(([url, rel]) => `<${url}>; rel="${rel}"`).toSpliced(place, 0, `<${target}>; rel="next"`);
        expect(nextIn(links.join(', '))).toBe(target);
      }),
    );
  });

  it('is found in time that grows with the length, whatever comes', () => {
    for (const piece of ['<', '<a>;', ';;', '<a>; rel="next', ' ;rel=']) expect(nextIn(piece.repeat(20_000))).not.toBe('');
  });
});
