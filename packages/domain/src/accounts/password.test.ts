import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8BytesOf } from '../requests/text.ts';
import { LOCKED, OPEN } from '../testing/policies.ts';
import { formsOf, isPasswordImpersonal, isPasswordLongEnough, isPasswordStorable, isPasswordUncommon, normalPassword } from './password.ts';

const common = new Set(['password', 'qwerty123', 'bismillah', 'caf\u00e9caf\u00e9']);
const { open, locked } = { open: { ...OPEN.accountPolicy.passwords, common }, locked: { ...LOCKED.accountPolicy.passwords, common } };
const COMPOSED = 'caf\u00e9-pagi'; // NFC: é is one character
const DECOMPOSED = 'cafe\u0301-pagi'; // NFD: an e and an accent

describe('a password', () => {
  it('has at most 72 bytes of well-formed text', () => {
    const stored = ['x'.repeat(72), '🔑'.repeat(18), ''].map(isPasswordStorable);
    const refused = ['x'.repeat(73), `${'🔑'.repeat(18)}x`, 'é'.repeat(37), 'rahasia\ud83d'].map(isPasswordStorable);
    expect([stored, refused]).toEqual([
      [true, true, true],
      [false, false, false, false],
    ]);
  });

  it('is as long as the profile says, counted in characters', () => {
    expect(['12345', '123456', '🔑🔑🔑', '🔑🔑🔑🔑🔑🔑'].map((password) => isPasswordLongEnough(password, open))).toEqual([false, true, false, true]);
    expect(['1234567', '12345678'].map((password) => isPasswordLongEnough(password, locked))).toEqual([false, true]);
  });

  it('is not a common one in the locked profile, in whatever case', () => {
    const guessed = ['password', 'PassWord', 'QWERTY123', 'Bismillah'];
    expect(guessed.map((password) => isPasswordUncommon(password, locked))).toEqual(guessed.map(() => false));
    expect(guessed.map((password) => isPasswordUncommon(password, open))).toEqual(guessed.map(() => true));
    expect(['', 'kereta-malam-9', 'password-of-my-own'].map((password) => isPasswordUncommon(password, locked))).toEqual([true, true, true]);
  });

  it.each([
    ['spaces', ' '.repeat(8)],
    ['zero-width spaces', '\u200b'.repeat(8)],
    ['blank braille', '\u2800'.repeat(8)],
    ['several kinds of nothing', ' \u00a0\u200b\u2800\u3164\ufeff\u{1d159}\t'],
    ['one letter among spaces', '    a    '],
    ['few letters with wide gaps', 'a   b   c   d'],
  ])('is not made long by what shows nothing, in the locked profile: %s', (_, password) => {
    expect([locked, open].map((rules) => isPasswordLongEnough(password, rules))).toEqual([false, true]);
  });

  it('may have spaces between its words, and characters that are put together', () => {
    for (const password of ['ab cd ef', 'naik kereta', ' a b c d', '👩‍👧👩‍👦👩‍👧'])
      expect([password, isPasswordLongEnough(password, locked)]).toEqual([password, true]);
  });

  it('is judged in NFC, however it was typed', () => {
    const accents = 'e\u0301'.repeat(36); // 36 characters and 72 bytes in NFC; 72 and 108 as it stands
    expect([isPasswordStorable(accents), isPasswordStorable(`${accents}e\u0301`)]).toEqual([true, false]);
    expect([7, 8].map((length) => isPasswordLongEnough('e\u0301'.repeat(length), locked))).toEqual([false, true]);
    expect(isPasswordUncommon('Cafe\u0301CAFE\u0301', locked)).toBe(false);
  });

  it('of one text is one password, in whatever form its characters come', () => {
    expect(normalPassword(DECOMPOSED)).toBe(COMPOSED);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => normalPassword(text.normalize('NFD')) === normalPassword(text)));
  });
});

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Every character that is canonically the same as another text. */
const COMPOSABLE = Array.from({ length: 0x11_0000 }, (_, point) => point)
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point))
  .filter((character) => character.normalize('NFD') !== character);
const ACCENTS = ['\u0315', '\u0300', '\u05ae', '\u0316'];

describe('a password that is typed in a longer form', () => {
  it('has at most 1.5 UTF-16 units for each byte of its NFC form', () => {
    const units = new Map<string, number>();
    for (const character of COMPOSABLE) {
      const parts = [...character.normalize('NFD')];
      for (const part of parts) units.set(part, Math.max(units.get(part) ?? part.length, character.length / parts.length));
    }
    const unitsOf = (character: string) => [...character.normalize('NFD')].reduce((sum, part) => sum + (units.get(part) ?? part.length), 0);
    const normal = [...COMPOSABLE, ...units.keys(), 'x', '\u{10ffff}'].map((character) => character.normalize('NFC'));
    expect(Math.max(...normal.map((character) => unitsOf(character) / bytesOf(character)))).toBe(1.5);
  });

  it('is stored whenever its NFC form has room, whatever it looks like', () => {
    const longest = fc.constantFrom('\u01d5', '\u01d6', '\u0390', '\u1f82', '\u212a', '\ufb2c').map((character) => character.normalize('NFD'));
    const part = fc.oneof(longest, fc.constantFrom(...COMPOSABLE, ...ACCENTS), fc.string({ unit: 'binary', maxLength: 2 }));
    const anything = fc.array(part, { maxLength: 80 }).map((parts) => parts.join(''));
    const full = fc.tuple(longest, anything).map(([character, rest]) => `${character.repeat(36)}${rest}`);
    fc.assert(
      fc.property(fc.oneof(anything, full), (text) => {
        const forms = [text.normalize('NFC'), text === text.normalize('NFC') ? text.normalize('NFD') : text];
        const [hasRoom = false, otherHasRoom = false] = forms.map((form) => bytesOf(form) <= 72);
        expect([isPasswordStorable(text), formsOf(text).length > 0]).toEqual([hasRoom, hasRoom || otherHasRoom]);
      }),
      { numRuns: 1000 },
    );
    expect(isPasswordStorable('u\u0308\u0304'.repeat(36))).toBe(true); // 108 units
  });

  it('is refused for little work, however long it is', () => {
    const accents = (units: number) => `a${ACCENTS.join('').repeat(units / 4)}`.slice(0, units);
    const judge = (password: string) => () => {
      expect([isPasswordStorable(password), isPasswordLongEnough(password, locked), formsOf(password).length]).toEqual([false, true, 0]);
      isPasswordUncommon(password, locked);
      isPasswordImpersonal(password, { name: password, email: 'a@b.co' }, locked);
    };
    const usual = timesOf(judge('x'.repeat(73)));
    for (const units of [144, 145, 16_384]) expect(timesOf(judge(accents(units))) / usual, `${units} units`).toBeLessThan(100);
  });
});

/** The least of some tries: what the machine does besides only adds to it. */
function timesOf(work: () => void): number {
  const times = Array.from({ length: 4 }, () => {
    const began = performance.now();
    for (let n = 0; n < 3; n++) work();
    return performance.now() - began;
  });
  return Math.min(...times);
}

describe('the forms that a typed password is tried in', () => {
  it('are the normal one, and the other that it may have been hashed as before passwords were normalised', () => {
    expect(formsOf('kereta-malam-9')).toEqual(['kereta-malam-9']);
    expect([formsOf(COMPOSED), formsOf(DECOMPOSED)]).toEqual([
      [COMPOSED, DECOMPOSED],
      [COMPOSED, DECOMPOSED],
    ]);
    const mixed = `${COMPOSED}${DECOMPOSED}`;
    expect(formsOf(mixed)).toEqual([mixed.normalize('NFC'), mixed]);
  });

  it('is what was typed alone, where that fits and its NFC form does not', () => {
    const typed = '\u0958'.repeat(24); // 72 bytes; NFC takes the letter and its dot apart, which makes 144
    expect([formsOf(typed), isPasswordStorable(typed)]).toEqual([[typed], false]);
    expect(formsOf(typed.normalize('NFC'))).toEqual([]);
  });

  it('are two at most, and none is longer than a hash reads', () => {
    const accents = '\u00e9'.repeat(36);
    expect(formsOf(accents)).toEqual([accents]);
    expect(formsOf(`${accents}x`)).toEqual([]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => formsOf(text).length <= 2 && formsOf(text).every((form) => utf8BytesOf(form) <= 72)),
    );
  });
});

describe('a password of its owner’s own words', () => {
  const dewi = { name: 'Dewi Kartikasari', email: 'dewi.kartika@example.com' };

  it.each([
    ['the e-mail', 'Dewi.Kartika@Example.com'],
    ['the part before its @', 'dewi.kartika'],
    ['that part without what stands between its words', 'dewiKartika'],
    ['the name', 'dewi kartikasari'],
    ['the name in one word', 'DewiKartikasari'],
    ['a word of the name', 'kartikasari'],
  ])('is refused in the locked profile: %s', (_, password) => {
    expect([locked, open].map((rules) => isPasswordImpersonal(password, dewi, rules))).toEqual([false, true]);
  });

  it('is found in whatever form its accents are typed', () => {
    expect(isPasswordImpersonal('joseph-andre\u0301', { name: 'Joseph-Andr\u00e9', email: 'a@b.co' }, locked)).toBe(false);
  });

  it.each([
    ['a word with a comma behind it', 'Wijayatama, Ani', 'wijayatama'],
    ['a word with a full stop and brackets', '(Wijayatama) A.', 'WIJAYATAMA!'],
    ['an apostrophe and a hyphen', "O'Connor-Smith", 'oconnorsmith'],
    ['another apostrophe', 'O\u2019Connor-Smith', "o'connor.smith"],
    ['a part of a word with a hyphen', 'Ani Wijaya-Kusumanegara', 'kusumanegara'],
    ['signs around a word', 'Dewi Kartikasari', '$$kartikasari$$'],
    ['ß, in upper case', 'Stra\u00dfenfeld', 'STRASSENFELD'],
    ['ß, written as ss', 'STRASSENFELD', 'stra\u00dfenfeld'],
    ['a capital ß', 'STRA\u1e9eENFELD', 'strassenfeld'],
    ['a final sigma', '\u039f\u03b4\u03c5\u03c3\u03c3\u03ad\u03b1\u03c2', '\u039f\u0394\u03a5\u03a3\u03a3\u0388\u0391\u03a3'],
    ['a name of signs alone', '\u{1f3b7}\u{1f3b7}\u{1f3b7}\u{1f3b7}\u{1f3b7}\u{1f3b7}\u{1f3b7}\u{1f3b7}', '\u{1f3b7}'.repeat(8)],
  ])('is found whatever stands between its letters, and in whatever case: %s', (_, name, password) => {
    expect(isPasswordImpersonal(password, { name, email: 'a@b.co' }, locked)).toBe(false);
  });

  it('is none of signs that are not the name', () => {
    for (const name of ['Anna - Maria', 'Anna \u{1f3b7}', '\u{1f3b7}'])
      expect(isPasswordImpersonal('!?!?#-#-', { name, email: 'a@b.co' }, locked)).toBe(true);
  });

  it('is none when there is more in it', () => {
    for (const password of ['dewi naik kereta malam', 'kartikasari-77', 'example.com'])
      expect(isPasswordImpersonal(password, dewi, locked)).toBe(true);
  });
});
