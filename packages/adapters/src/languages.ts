import type { Environment } from './config-names.ts';

/** The languages in which a server can answer, as tags of RFC 5646. */
export const LANGUAGES = ['id', 'en'] as const;
/** A language of messages to clients. */
export type Language = (typeof LANGUAGES)[number];

/** The languages of a server. A client that asks for none of them gets the first one. */
export type Languages = readonly [Language, ...Language[]];

/** The specification has Indonesian messages. */
export const DEFAULT_LANGUAGES: Languages = ['id'];

/** Reads LANGUAGES. An unknown, empty or repeated language is a fault: a misspelt one would silently be missing. */
export function languagesOf(env: Environment, faults: string[]): Languages {
  const given = env.LANGUAGES;
  if (given === undefined) return DEFAULT_LANGUAGES;
  const names = given.split(',').map((name) => name.trim());
  const [first, ...others] = names.flatMap((name) => LANGUAGES.find((known) => known === name) ?? []);
  if (first !== undefined && others.length === names.length - 1 && new Set(names).size === names.length) return [first, ...others];
  faults.push(`LANGUAGES: must be one or more of ${LANGUAGES.join(', ')}, each once and separated by commas; the first one is the default`);
  return DEFAULT_LANGUAGES;
}
