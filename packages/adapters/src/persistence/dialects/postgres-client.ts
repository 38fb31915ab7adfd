import type { QueryResult } from 'pg';
import { Client } from './postgres-driver.ts';

/**
 * A connection that translates the program's statements: `?` for a value, and unquoted camelCase names, which PostgreSQL would fold to
 * small letters. Each text is translated once. A statement with values is prepared under a name, so that the server plans it once a
 * connection.
 */
export class TranslatingClient extends Client {
  // biome-ignore lint/suspicious/noExplicitAny: the many forms of pg's own method; TypeORM uses the first
  override query(text: any, values?: any, callback?: any): any {
    if (typeof text !== 'string' || typeof values === 'function') return super.query(text, values, callback);
    // Text without values is sent in a form in which the server would run a second statement too.
    if (text.includes(';')) throw new Error('two statements where one was meant');
    const { sql, name } = translated(text);
    const answer: Promise<QueryResult> = Reflect.apply(super.query, this, [
      name === undefined || values === undefined || values.length === 0 ? { text: sql, values } : { name, text: sql, values },
    ]);
    return text === 'COMMIT' ? answer.then(requireCommitted) : answer;
  }
}

/** The server answers COMMIT with success where a statement of the transaction has failed before, and says by the tag alone that nothing is stored. */
class RolledBackAtCommit extends Error {
  override readonly name = 'RolledBackAtCommit';
  /** In the words of PostgreSQL: the transaction had failed. */
  readonly code = '25P02';
}

function requireCommitted(answer: QueryResult): QueryResult {
  if (answer.command !== 'COMMIT') throw new RolledBackAtCommit(`COMMIT was answered with ${answer.command}: a statement had failed before`);
  return answer;
}

interface Translated {
  readonly sql: string;
  readonly name: string | undefined;
}

const TRANSLATED = new Map<string, Translated>();
/** A connection keeps each of them; there are some 60, and some come in several sizes. */
const NAMES_MAX = 200;
/** Texts in quotes, names in quotes, values, and names in camelCase. */
const PARTS = /'(?:[^']|'')*'|"[^"]*"|\?|\b[a-z]+[A-Z]\w*\b/g;

/** The same, as PostgreSQL reads it. */
export function translated(text: string): Translated {
  const before = TRANSLATED.get(text);
  if (before !== undefined) return before;
  let values = 0;
  const sql = text.replace(PARTS, (part) => {
    if (part === '?') return `$${++values}`;
    return part.startsWith("'") || part.startsWith('"') ? part : `"${part}"`;
  });
  if (TRANSLATED.size >= NAMES_MAX) return { sql, name: undefined };
  const known = { sql, name: `tickets_${TRANSLATED.size}` };
  TRANSLATED.set(text, known);
  return known;
}
