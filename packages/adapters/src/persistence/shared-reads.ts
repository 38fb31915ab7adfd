import type { Freshness } from '@ticket/domain';
import { LRUCache } from 'lru-cache';
import { BatchQueue, QUEUE_LIMITS } from './batch-queue.ts';

/**
 * Waits until what has arrived by now was read from its sockets, so that it shares the next statement. An engine in this process needs it: it
 * answers before anything else gets a turn, so that without it nothing would ever be shared, nor anybody else served.
 */
export const gather = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Looks rows up by id, many at a time: each batch is one statement, and callers of one row get the same object. A row that a plain
 * read does not find is looked up where writes go, before anybody hears that it is not there: a replica may not have it yet.
 */
export function sharedLookUp<Row extends { readonly id: string }>(
  rowsById: (ids: readonly string[], freshness: Freshness) => Promise<readonly Row[]>,
) {
  const queueOf = (freshness: Freshness) =>
    new BatchQueue<string, Found<Row>>({
      ...QUEUE_LIMITS,
      lanes: 1,
      gather,
      commit: async (ids) => {
        const rows = await rowsById([...new Set(ids)], freshness);
        const found = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id) => ({ row: found.get(id) }));
      },
    });
  const queues = { plain: queueOf('plain'), latest: queueOf('latest') };
  return async (id: string, freshness: Freshness = 'plain'): Promise<Row | undefined> => {
    const { row } = await queues[freshness].submit(id, id);
    return row ?? (freshness === 'plain' ? (await queues.latest.submit(id, id)).row : undefined);
  };
}

interface Found<Row> {
  readonly row: Row | undefined;
}

/** Shares a read among all equal requests that arrive before it begins. Callers that arrive while it runs get the next one. */
export function sharedRead<Question extends object, Answer>(read: (question: Question) => Promise<Answer>) {
  const next = new Map<string, Promise<Answer>>();
  const running = new Map<string, Promise<unknown>>();
  return (question: Question): Promise<Answer> => {
    const key = JSON.stringify(question);
    const waiting = next.get(key);
    if (waiting !== undefined) return waiting;
    const before = running.get(key) ?? Promise.resolve();
    const answer = before.then(gather).then(() => {
      next.delete(key);
      const asked = read(question);
      const done = asked.then(
        () => undefined,
        () => undefined,
      );
      running.set(key, done);
      void done.then(() => running.get(key) === done && running.delete(key));
      return asked;
    });
    next.set(key, answer);
    return answer;
  };
}

/** Of lists whose shapes are kept, with what was rendered of them: some 50 MB, or 100 MB in scripts of more bytes. The longest part fits. */
const KEPT_CHARACTERS = 20_000_000;
/** What a list of no rows takes, and a value that is no text. */
const LIST_CHARACTERS = 2000;
const VALUE_CHARACTERS = 20;

/**
 * Shapes rows, and reuses the values of rows that have not changed since the same was asked before. An unchanged row gives the same
 * object, and a list of unchanged rows the same list. So text rendered from them can be reused. The rows are read each time; only the
 * work on them is saved.
 */
export function cachedShape<Row extends object, Value>(shape: (rows: readonly Row[]) => readonly Value[]) {
  const kept = new LRUCache<string, { readonly rows: readonly Row[]; readonly values: readonly Value[] }>({
    maxSize: KEPT_CHARACTERS,
    sizeCalculation: ({ rows }) => rows.reduce((sum, row) => sum + charactersOf(row), LIST_CHARACTERS),
  });
  return (question: object, rows: readonly Row[]): readonly Value[] => {
    const key = JSON.stringify(question);
    const before = kept.get(key);
    const isKept = rows.map((row, index) => isSame(row, before?.rows[index]));
    if (before !== undefined && before.rows.length === rows.length && !isKept.includes(false)) return before.values;
    const values = shape(rows).map((value, index) => (isKept[index] ? (before?.values[index] ?? value) : value));
    kept.set(key, { rows, values });
    return values;
  };
}

function charactersOf<Row extends object>(row: Row): number {
  let sum = 0;
  for (const column in row) {
    const value: unknown = row[column];
    sum += typeof value === 'string' ? value.length : VALUE_CHARACTERS;
  }
  return sum;
}

function isSame<Row extends object>(row: Row, other: Row | undefined): boolean {
  if (other === undefined) return false;
  for (const column in row) {
    const [one, two]: [unknown, unknown] = [row[column], other[column]];
    if (one !== two && !(one instanceof Date && two instanceof Date && one.getTime() === two.getTime())) return false;
  }
  return true;
}
