import type { Database } from './database.ts';
import { lockRows } from './locking.ts';
import { EVENTS, type Index, STEP_ROWS, USERS } from './reindex.ts';
import { placesFor } from './statement.ts';
import { wordRows } from './word-tables.ts';
import { runTogether } from './writing.ts';

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
