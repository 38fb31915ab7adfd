import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lastUsed } from './last-used.ts';

it('makes a key again only if that many others were used since', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(fc.constantFrom(...'abcdef'), { maxLength: 50 }), (most, keys) => {
      const made: string[] = [];
      const get = lastUsed(most, (key) => {
        made.push(key);
        return key;
      });
      const expected: string[] = [];
      for (const [index, key] of keys.entries()) {
        const before = keys.slice(0, index);
        const since = before.slice(before.lastIndexOf(key) + 1);
        if (!before.includes(key) || new Set(since).size >= most) expected.push(key);
        expect(get(key)).toBe(key);
      }
      expect(made).toEqual(expected);
    }),
  );
});
