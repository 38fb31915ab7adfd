import type { Freshness } from '@ticket/domain';
import { LRUCache } from 'lru-cache';
import { BatchQueue, QUEUE_LIMITS } from './batch-queue.ts';

/**
 * Waits for one turn of the event loop, so that requests that have arrived share the next statement. An embedded engine needs this pause.
 * It answers before the event loop reads anything else, so without the pause no statement would be shared, and no other client served.
 */
export const gather = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Looks rows up by id. Each batch of ids is one statement, and all callers of one row get the same object. A replica may not have a new row
 * yet. So a row that a plain read does not find is looked up again with `latest`, before the caller gets undefined.
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

/**
 * The size of the cache of lists, in characters. With the text rendered from them, the lists take about 50 MB, or 100 MB in scripts with
 * two bytes for each character. The longest part of a list fits.
 */
const KEPT_CHARACTERS = 20_000_000;
/** The size that is counted for an empty list, and for a value that is not a text. */
const LIST_CHARACTERS = 2000;
const VALUE_CHARACTERS = 20;

/**
 * Converts rows to values, and reuses the values of rows that are unchanged since the last equal question. An unchanged row gives the same
 * object, and an unchanged list gives the same list. So text that was rendered from them can be reused. The rows are still read each time.
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
