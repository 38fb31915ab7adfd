import { DEFAULT_LANGUAGES, type Language, type Languages } from '@ticket/adapters';
import type { Context } from 'hono';
import { weightsIn } from './accept.ts';

/** The language of the answer's message. */
export const languageOf = (c: Context): Language => c.get('language') ?? DEFAULT_LANGUAGES[0];

/** Makes something once for each language. */
export const inEach = <Made>(make: (language: Language) => Made): Readonly<Record<Language, Made>> => ({ id: make('id'), en: make('en') });

/**
 * The language that the client prefers (RFC 9110, 12.5.4; RFC 4647, 3.4). `en-GB` asks for `en`, and a weight of 0 excludes a language. Of equal
 * weights the first in the header counts. `*` asks for the first language that the header does not name. A client that accepts none of them gets
 * the first one that it does not exclude. If it excludes all, it gets the first one, because a message in any language is better than a refusal.
 */
export function languageFor(acceptLanguage: string | undefined, languages: Languages): Language {
  if (acceptLanguage === undefined || languages.length === 1) return languages[0];
  const weights = weightsIn(acceptLanguage);
  const ranges = [...weights.keys()];
  const isExcluded = (language: Language): boolean => weights.get(language) === 0;
  const asks = (range: string, language: Language): boolean => range === language || range.startsWith(`${language}-`);
  let [chosen, best] = [languages.find((language) => !isExcluded(language)) ?? languages[0], 0];
  for (const [range, weight] of weights) {
    if (weight <= best) continue;
    const language =
      range === '*'
        ? languages.find((one) => !ranges.some((named) => asks(named, one)))
        : languages.find((one) => asks(range, one) && !isExcluded(one));
    if (language !== undefined) [chosen, best] = [language, weight];
  }
  return chosen;
}
