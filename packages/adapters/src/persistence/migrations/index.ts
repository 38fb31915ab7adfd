import { FirstTables1764000000000 } from './1764000000000-first-tables.ts';

/** In order. A migration that has landed is never edited: the next change is the next file. */
export const migrations = [FirstTables1764000000000];
