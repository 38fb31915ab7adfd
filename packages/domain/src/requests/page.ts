import type { Cursor, PageRequest, PageRows } from './ports.ts';
import { refuseFaults } from './refusal.ts';

/** How far into a list a request may reach: a database has to read every row that is skipped or counted. */
export interface ListLimits {
  /** The number of rows if the request has no limit. */
  readonly limit: number | 'unlimited';
  readonly limitMax: number;
  readonly offsetMax: number;
  /** If there are more bookings than this, the answer has no total. */
  readonly totalMax: number | 'unlimited';
}

/** A request for a list. A page begins at one of `offset`, `after` and `before`. */
export interface ListRequest {
  readonly limit?: number | undefined;
  /** Rows that are skipped. Rows that are added or deleted meanwhile move the later pages. */
  readonly offset?: number | undefined;
  /** The rows behind this place. Rows that are added or deleted meanwhile move no other row. */
  readonly after?: Cursor | undefined;
  /** The rows in front of this place, those nearest to it. */
  readonly before?: Cursor | undefined;
  /** Whether the client wants the total even if counting must read every row. */
  readonly total?: boolean | undefined;
}

/** A list that is read in parts, so that memory does not grow with it. */
export interface Page<Row> {
  readonly parts: AsyncIterable<readonly Row[]>;
  readonly total: number | undefined;
  /** The requests for the pages beside this one, when there are rows that may be requested. */
  readonly next: PageBeside | undefined;
  readonly prev: PageBeside | undefined;
  /** The most rows of a page; undefined for a whole list. */
  readonly limit: number | undefined;
}

/** The request for a page beside another one. The other parameters stay as they were. */
export type PageBeside = Required<Pick<ListRequest, 'limit'>> & Pick<ListRequest, 'offset' | 'after' | 'before'>;

/**
 * Lists up to this length are read with one query and rendered once for all equal requests. Longer lists are read in parts of this size.
 * Only the part that is being sent and the next two are in memory.
 */
const PART_ROWS = 1500;

export interface ListReads<Row> {
  readonly part: (part: PageRequest) => Promise<PageRows<Row>>;
  readonly position: (row: Row) => Cursor;
  readonly count: (() => Promise<number | undefined>) | undefined;
}

/**
 * Gives one page if the request or the policy sets a limit, otherwise the whole list. It reads the whole list by its key, so every part
 * costs the same. The first rows are read before this function resolves, so a failure shows before anything is sent.
 */
export async function readPage<Row>({ list }: { readonly list: ListLimits }, request: ListRequest, read: ListReads<Row>): Promise<Page<Row>> {
  const { limit: asked, offset, after, before } = request;
  const isBeside = after !== undefined || before !== undefined;
  const isWhole = asked === undefined && list.limit === 'unlimited' && !isBeside;
  const limit = asked ?? (list.limit !== 'unlimited' ? list.limit : isWhole ? PART_ROWS : list.limitMax);
  const isLimit = isWhole || (Number.isSafeInteger(limit) && limit >= 1 && limit <= list.limitMax);
  const isOffset = offset === undefined || (Number.isSafeInteger(offset) && offset >= 0 && offset <= list.offsetMax);
  const isOnePlace = [offset, after, before].filter((place) => place !== undefined).length <= 1;
  refuseFaults([
    ...(isLimit ? [] : [{ field: 'limit', message: `a whole number, 1 to ${list.limitMax}` }]),
    ...(isOffset ? [] : [{ field: 'offset', message: `a whole number, 0 to ${list.offsetMax}` }]),
    ...(isOnePlace ? [] : [{ field: 'offset', message: 'a page begins at one place: offset, after or before' }]),
  ]);
  const first = before === undefined ? { after, offset: offset ?? 0, limit } : { after: before, offset: 0, limit, reversed: true };
  const [total, part] = await Promise.all([read.count?.(), read.part(first)]);
  if (isWhole) return { parts: walk(part), total, next: undefined, prev: undefined, limit: undefined };
  const [start, end] = [startOf(part), endOf(part)];
  if (before !== undefined) {
    const rows = [...part.rows].reverse();
    return { parts: only(rows), total, next: start && { limit, after: start }, prev: end && { limit, before: end }, limit };
  }
  if (offset === undefined) {
    return { parts: only(part.rows), total, next: end && { limit, after: end }, prev: after && start && { limit, before: start }, limit };
  }
  const isMore = part.isMore && offset + limit <= list.offsetMax;
  return {
    parts: only(part.rows),
    total,
    next: isMore ? { limit, offset: offset + limit } : undefined,
    prev: offset === 0 ? undefined : { limit, offset: Math.max(0, offset - limit) },
    limit,
  };

  function startOf({ rows: [row], start: place }: PageRows<Row>): Cursor | undefined {
    return place ?? (row && read.position(row));
  }

  function endOf({ rows, isMore, end }: PageRows<Row>): Cursor | undefined {
    const last = rows.at(-1);
    return isMore ? (end ?? (last && read.position(last))) : undefined;
  }

  /** Reads the next part while the caller uses the current one. */
  async function* walk(current: PageRows<Row>): AsyncGenerator<readonly Row[]> {
    for (;;) {
      const end = endOf(current);
      const behind = end && read.part({ after: end, offset: 0, limit: PART_ROWS });
      behind?.catch(() => undefined); // `await behind` below reports the failure, unless the reader has stopped
      yield current.rows;
      if (behind === undefined) return;
      current = await behind;
    }
  }
}

async function* only<Row>(part: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield part;
}
