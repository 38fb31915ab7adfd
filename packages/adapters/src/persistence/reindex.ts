import type { Event } from '@ticket/domain';
import type { User } from '@ticket/domain/accounts';
import { nameKey } from '@ticket/domain/spi';
import type { EntitySchema, QueryRunner } from 'typeorm';
import type { Database } from './database.ts';
import { lockRows } from './locking.ts';
import { eventSchema, userSchema } from './schemas.ts';
import { placesFor } from './statement.ts';
import { EVENT_WORDS, USER_WORDS, type WordTable, wordRows } from './word-tables.ts';
import { runTogether } from './writing.ts';

/** How many rows are looked at in one step. */
const STEP_ROWS = 500;

/** What is made of a row's texts: its words and, for events, the key of the name. */
interface Index<Row extends { readonly id: string }> {
  readonly words: WordTable<Row>;
  readonly schema: EntitySchema;
  readonly columns: readonly (keyof Row & string)[];
  readonly keyOf: ((row: Row) => string) | undefined;
}

type EventTexts = Pick<Event, 'id' | 'name' | 'location' | 'description'>;
const EVENTS: Index<EventTexts> = {
  words: EVENT_WORDS,
  schema: eventSchema,
  columns: ['id', 'name', 'location', 'description'],
  keyOf: ({ name }) => nameKey(name),
};
type UserTexts = Pick<User, 'id' | 'name' | 'email'>;
const USERS: Index<UserTexts> = { words: USER_WORDS, schema: userSchema, columns: ['id', 'name', 'email'], keyOf: undefined };

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

/**
 * Repairs the words of events and users, and the keys of names, that do not fit their rows. A program of an earlier version may have edited
 * the rows beside this one. It looks at every row, and writes only to repair. Returns the number of repaired rows.
 */
export async function repairWords(database: Database): Promise<number> {
  return (await repair(database, EVENTS)) + (database.accounts === 'ours' ? await repair(database, USERS) : 0);
}

async function repair<Row extends { readonly id: string }>(database: Database, index: Index<Row>): Promise<number> {
  const { words, columns, keyOf } = index;
  const { table, key, of } = words;
  const selected = [...columns, ...(keyOf === undefined ? [] : ['name_key'])].join(', ');
  let repaired = 0;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const rows: readonly (Row & { readonly name_key?: string })[] = await database.query(
      `SELECT ${selected} FROM ${of} WHERE id > ? ORDER BY id LIMIT ${STEP_ROWS}`,
      [after],
      { freshness: 'latest' },
    );
    const ids = rows.map(({ id }) => id);
    const kept = new Map<string, string[]>(ids.map((id) => [id, []]));
    if (rows.length > 0)
      for (const { id, word } of await database.query<{ id: string; word: string }>(
        `SELECT ${key} AS id, word FROM ${table} WHERE ${key} IN (${placesFor(ids)})`,
        ids,
        { freshness: 'latest' },
      ))
        kept.get(id)?.push(word);
    for (const row of rows) {
      const fits = (keyOf === undefined || keyOf(row) === row.name_key) && sameWords(words.wordsOf(row), kept.get(row.id) ?? []);
      if (!fits) repaired += await repairOne(database, index, row.id);
    }
    after = ids.at(-1);
  }
  return repaired;
}

/** Under the row's lock, so that no edit comes between. A row that is gone needs no repair. */
function repairOne<Row extends { readonly id: string }>(
  database: Database,
  { words, schema, columns, keyOf }: Index<Row>,
  id: string,
): Promise<number> {
  const { dialect } = database;
  return database.transaction(async (manager) => {
    const [row] = await lockRows<Row>(dialect, manager, schema, columns, [id]);
    if (row === undefined) return 0;
    const { table, key, of } = words;
    await runTogether(dialect, manager, [
      ...(keyOf === undefined ? [] : [{ sql: `UPDATE ${of} SET name_key = ? WHERE id = ?`, parameters: [keyOf(row), id] }]),
      { sql: `DELETE FROM ${table} WHERE ${key} = ?`, parameters: [id] },
      ...dialect.insertMany(table, [key, 'word'], wordRows(words, row)),
    ]);
    return 1;
  });
}

const sameWords = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((word) => other.includes(word));
