import type { Event } from '@ticket/domain';
import type { User } from '@ticket/domain/accounts';
import { nameKey } from '@ticket/domain/spi';
import type { EntitySchema, QueryRunner } from 'typeorm';
import { eventSchema, userSchema } from './schemas.ts';
import { EVENT_WORDS, USER_WORDS, type WordTable, wordRows } from './word-tables.ts';

/** How many rows are looked at in one step. */
export const STEP_ROWS = 500;

/** What is made of a row's texts: its words and, for events, the key of the name. */
export interface Index<Row extends { readonly id: string }> {
  readonly words: WordTable<Row>;
  readonly schema: EntitySchema;
  readonly columns: readonly (keyof Row & string)[];
  readonly keyOf: ((row: Row) => string) | undefined;
}

type EventTexts = Pick<Event, 'id' | 'name' | 'location' | 'description'>;
export const EVENTS: Index<EventTexts> = {
  words: EVENT_WORDS,
  schema: eventSchema,
  columns: ['id', 'name', 'location', 'description'],
  keyOf: ({ name }) => nameKey(name),
};
type UserTexts = Pick<User, 'id' | 'name' | 'email'>;
export const USERS: Index<UserTexts> = { words: USER_WORDS, schema: userSchema, columns: ['id', 'name', 'email'], keyOf: undefined };

/** Gives all events the keys of their names and their words, on the connection of a migration. */
export const indexEvents = (runner: QueryRunner): Promise<void> => indexAll(runner, EVENTS);
/** Gives all users their words, on the connection of a migration. */
export const indexUsers = (runner: QueryRunner): Promise<void> => indexAll(runner, USERS);

async function indexAll<Row extends { readonly id: string }>(runner: QueryRunner, { words, columns, keyOf }: Index<Row>): Promise<void> {
  const { table, key, of } = words;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const rows: readonly Row[] = await runner.query(`SELECT ${columns.join(', ')} FROM ${of} WHERE id > ? ORDER BY id LIMIT ${STEP_ROWS}`, [after]);
    for (const row of rows) {
      if (keyOf !== undefined) await runner.query(`UPDATE ${of} SET name_key = ? WHERE id = ?`, [keyOf(row), row.id]);
      await runner.query(`DELETE FROM ${table} WHERE ${key} = ?`, [row.id]);
      const values = wordRows(words, row);
      if (values.length === 0) continue;
      await runner.query(`INSERT INTO ${table} (${key}, word) VALUES ${values.map(() => '(?, ?)').join(', ')}`, values.flat());
    }
    after = rows.at(-1)?.id;
  }
}
