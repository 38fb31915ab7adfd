/** Counts code points, as all engines do, and not UTF-16 units. */
export const charactersOf = (text: string): number => [...text].length;

/** Whether the text has no single half of a surrogate pair. UTF-8 cannot encode such a half, so a database would return another text. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/**
 * A character has one or two UTF-16 units, and `text.length` counts units without work. So characters are counted only if the number of
 * units does not decide.
 */
const isWithin = (text: string, charactersMax: number): boolean =>
  text.length <= charactersMax || (text.length <= 2 * charactersMax && charactersOf(text) <= charactersMax);

/** Runs of invisible characters. The last two are symbols that are drawn blank: braille without dots, a note without a head. */
const INVISIBLE = /[\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]+/gu;
export const invisibleRunsAs = (replacement: '' | ' ', text: string): string => text.replace(INVISIBLE, replacement);

/** A line that a person can see: 1 to `charactersMax` characters, at least one of them visible, no control characters. */
export function isLine(text: string, charactersMax: number): boolean {
  return isWithin(text, charactersMax) && isWellFormed(text) && !/\p{Cc}/u.test(text) && invisibleRunsAs('', text) !== '';
}

/** A text of up to `charactersMax` characters; line breaks and tabs are its only control characters. */
export function isProse(text: string, charactersMax: number): boolean {
  return isWithin(text, charactersMax) && isWellFormed(text) && !/(?![\n\r\t])\p{Cc}/u.test(text);
}

/** The length of `text` in UTF-8, which is what bcrypt counts. */
export function utf8BytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
