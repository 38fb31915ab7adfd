/** How much of a word counts. Words that begin with the same letters up to here are one word. */
const WORD_CHARACTERS = 32;

/** Letters that Unicode does not take apart, and what people type instead. */
const PLAIN: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ħ: 'h', ı: 'i', ł: 'l', þ: 'th', ς: 'σ' };

/** The text without accents and in one case, so that every engine finds and orders it alike. Words are separated by single spaces. */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+|[\u00ad\u200b-\u200d\u2060\ufeff]/gu, '') // also what is invisible inside a word
    .toLowerCase()
    .normalize('NFKD') // the lower case of some letters has an accent again
    .replace(/\p{M}+/gu, '')
    .replace(/[ßæœøđðħıłþς]/gu, (letter) => PLAIN[letter] ?? letter)
    .replace(/[\p{Z}\p{C}]+/gu, ' ')
    .trim();

/**
 * The different words of a text, folded. A run of letters and digits is a word. Each Han, Hiragana or Katakana character is one too, because
 * these scripts are written without spaces, and so is each emoji.
 */
export const wordsOf = (text: string): readonly string[] => [...new Set((folded(text).match(WORDS) ?? []).map(cut))];
const WORDS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}])+|\p{Extended_Pictographic}|\p{Regional_Indicator}+/gu;
const cut = (word: string): string => (word.length > WORD_CHARACTERS ? [...word].slice(0, WORD_CHARACTERS).join('') : word);

/** What names are ordered by. Stores compare it by code points. */
export const nameKey = (name: string): string => {
  const key = folded(name);
  return key.length > NAME_KEY_CHARACTERS ? [...key].slice(0, NAME_KEY_CHARACTERS).join('') : key;
};
const NAME_KEY_CHARACTERS = 255;
