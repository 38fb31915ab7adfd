import { nameKey } from '@ticket/domain/spi';
import { EVENT_WORDS, USER_WORDS, type WordTable } from './word-tables.ts';

/** Where statements run: a connection of a migration, or a transaction. */
interface Runner {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** How many rows get their words in one step. */
const STEP_ROWS = 500;

/** Gives all events the keys of their names and their words, on the connection of a migration. */
export const indexEvents = (runner: Runner): Promise<void> => all((after) => reindexEvents(runner, after));
/** Gives all users their words, on the connection of a migration. */
export const indexUsers = (runner: Runner): Promise<void> => all((after) => reindexUsers(runner, after));

async function all(step: (after: string) => Promise<string | undefined>): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined; ) after = await step(after);
}

/** The next events behind an id. Returns the last one's id, and undefined behind the last event. `lock` is added to the statement that reads. */
function reindexEvents(runner: Runner, after: string, lock = ''): Promise<string | undefined> {
  return reindex(runner, EVENT_WORDS, 'id, name, location, description', after, lock, async ({ id, name }) => {
    await runner.query('UPDATE events SET name_key = ? WHERE id = ?', [nameKey(name), id]);
  });
}

const reindexUsers = (runner: Runner, after: string, lock = ''): Promise<string | undefined> =>
  reindex(runner, USER_WORDS, 'id, name, email', after, lock, async () => undefined);

async function reindex<Row extends { readonly id: string }>(
  runner: Runner,
  { table, key, of, wordsOf }: WordTable<Row>,
  columns: string,
  after: string,
  lock: string,
  alsoKeep: (row: Row) => Promise<void>,
): Promise<string | undefined> {
  const sql = `SELECT ${columns} FROM ${of} WHERE id > ? ORDER BY id LIMIT ${STEP_ROWS}${lock}`;
  const rows = (await runner.query(sql, [after])) as readonly Row[];
  for (const row of rows) {
    const words = wordsOf(row);
    await alsoKeep(row);
    await runner.query(`DELETE FROM ${table} WHERE ${key} = ?`, [row.id]);
    if (words.length === 0) continue;
    const values = words.flatMap((word) => [row.id, word]);
    await runner.query(`INSERT INTO ${table} (${key}, word) VALUES ${words.map(() => '(?, ?)').join(', ')}`, values);
  }
  return rows.at(-1)?.id;
}
