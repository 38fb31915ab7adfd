import { charactersOf } from './text.ts';
import { wordsOf } from './words.ts';

/** In code points, not in UTF-16 units. */
export const SEARCH_CHARACTERS_MAX = 100;
/** The most different words of a search. */
export const SEARCH_WORDS_MAX = 8;

export const NOT_TOGETHER = 'cannot be combined with the other filters';
export const SEARCH_FAULT = `1 to ${SEARCH_WORDS_MAX} words, at most ${SEARCH_CHARACTERS_MAX} characters`;

/** The words that a search looks for; undefined if it is too long, or has no word or too many. */
export function searchWords(search: string): readonly string[] | undefined {
  if (search.length > 2 * SEARCH_CHARACTERS_MAX || charactersOf(search) > SEARCH_CHARACTERS_MAX) return undefined;
  const words = wordsOf(search);
  return words.length >= 1 && words.length <= SEARCH_WORDS_MAX ? words : undefined;
}

/** Whether each word of a search is the beginning of one of the words. */
export const areFoundIn = (own: readonly string[], words: readonly string[]): boolean =>
  words.every((word) => own.some((one) => one.startsWith(word)));
