import type { Event } from '@ticket/domain';
import { searchedWordsOfUser, type User } from '@ticket/domain/accounts';
import { nameKey, searchedWordsOf } from '@ticket/domain/spi';
import type { Dialect } from './dialects/dialect.ts';
import type { EventRow } from './schemas.ts';
import { placesFor, type Statement } from './statement.ts';

/** A table of folded words, and the rows that they find. Deleted rows take their words with them. */
export interface WordTable<Row extends { readonly id: string }> {
  readonly table: 'event_words' | 'user_words';
  /** The column with the id of the row. */
  readonly key: 'event_id' | 'user_id';
  readonly of: 'events' | 'users';
  readonly wordsOf: (row: Row) => readonly string[];
}

type SearchedEvent = Pick<Event, 'id' | 'name' | 'location' | 'description'>;
export const EVENT_WORDS: WordTable<SearchedEvent> = { table: 'event_words', key: 'event_id', of: 'events', wordsOf: searchedWordsOf };

type SearchedUser = Pick<User, 'id' | 'name' | 'email'>;
export const USER_WORDS: WordTable<SearchedUser> = { table: 'user_words', key: 'user_id', of: 'users', wordsOf: searchedWordsOfUser };

/** The row of an event, with the key by which lists are ordered. */
export const eventRowOf = (event: Event): EventRow => ({ ...event, nameKey: nameKey(event.name) });

/** A row's entries in the table of words. */
export const wordRows = <Row extends { readonly id: string }>({ wordsOf }: WordTable<Row>, row: Row): (readonly [string, string])[] =>
  wordsOf(row).map((word) => [row.id, word]);

/** The statements that keep the words of new and edited rows. */
export function wordWrites<Row extends { readonly id: string }>(
  dialect: Dialect,
  words: WordTable<Row>,
  inserted: readonly Row[],
  edited: readonly { readonly before: Row; readonly after: Row }[],
): readonly Statement[] {
  const { table, key, wordsOf } = words;
  const textOf = (row: Row): string => wordsOf(row).join(' ');
  const reworded = edited.filter(({ before, after }) => textOf(before) !== textOf(after)).map(({ after }) => after);
  const forget: Statement = { sql: `DELETE FROM ${table} WHERE ${key} IN (${placesFor(reworded)})`, parameters: reworded.map(({ id }) => id) };
  const rows = [...inserted, ...reworded].flatMap((row) => wordRows(words, row));
  return [...(reworded.length === 0 ? [] : [forget]), ...dialect.insertMany(table, [key, 'word'], rows)];
}
