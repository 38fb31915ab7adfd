import type { QueryResult } from 'pg';
import { Client } from './postgres-driver.ts';

/**
 * A connection that translates statements: `?` becomes `$1`, and camelCase names get quotes, because PostgreSQL would change them to lower
 * case. Each text is translated once. A statement with values is prepared under a name, so that the server plans it once for each
 * connection.
 */
export class TranslatingClient extends Client {
  // biome-ignore lint/suspicious/noExplicitAny: the many forms of pg's own method; TypeORM uses the first
  override query(text: any, values?: any, callback?: any): any {
    if (typeof text !== 'string' || typeof values === 'function') return super.query(text, values, callback);
    // Text without values is sent in the simple protocol, in which the server would also run a second statement.
    if (text.includes(';')) throw new Error('two statements where one was meant');
    const { sql, name } = translated(text);
    const answer: Promise<QueryResult> = Reflect.apply(super.query, this, [
      name === undefined || values === undefined || values.length === 0 ? { text: sql, values } : { name, text: sql, values },
    ]);
    return text === 'COMMIT' ? answer.then(requireCommitted) : answer;
  }
}

/** If a statement of the transaction has failed before, the server answers COMMIT with success. Only the command tag shows that nothing is stored. */
class RolledBackAtCommit extends Error {
  override readonly name = 'RolledBackAtCommit';
  /** PostgreSQL's code for a transaction that has failed. */
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
/** The most texts that get a name, because each connection keeps its named statements. There are about 60 texts, and some exist in several sizes. */
const NAMES_MAX = 200;
/** Matches quoted texts, quoted names, `?`, and camelCase names. */
const PARTS = /'(?:[^']|'')*'|"[^"]*"|\?|\b[a-z]+[A-Z]\w*\b/g;

/** The statement in PostgreSQL's form. */
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
