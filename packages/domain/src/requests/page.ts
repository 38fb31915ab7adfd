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

/** A request for a list. */
export interface ListRequest {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  /** Whether the client wants the total even if counting must read every row. */
  readonly total?: boolean | undefined;
}

/** A list that is read in parts, so that memory does not grow with it. */
export interface Page<Row> {
  readonly parts: AsyncIterable<readonly Row[]>;
  readonly total: number | undefined;
  /** The request for the next rows, when there are some that may be requested. */
  readonly next: { readonly limit: number; readonly offset: number } | undefined;
}

/**
 * Lists up to this length are read with one query and rendered once for all equal requests. Longer lists are read in parts of this size.
 * Only the part that is being sent and the next two are in memory.
 */
const PART_ROWS = 1500;

/**
 * Gives one page if the request or the policy sets a limit, otherwise the whole list. It reads the whole list by its key, so every part
 * costs the same. The first rows are read before this function resolves, so a failure shows before anything is sent.
 */
export async function readPage<Row>(
  { list }: { readonly list: ListLimits },
  { limit: asked, offset = 0 }: ListRequest,
  read: {
    part: (part: PageRequest) => Promise<PageRows<Row>>;
    position: (row: Row) => Cursor;
    count: (() => Promise<number | undefined>) | undefined;
  },
): Promise<Page<Row>> {
  const isWhole = asked === undefined && list.limit === 'unlimited';
  const limit = asked ?? (list.limit === 'unlimited' ? PART_ROWS : list.limit);
  const isLimit = isWhole || (Number.isSafeInteger(limit) && limit >= 1 && limit <= list.limitMax);
  const isOffset = Number.isSafeInteger(offset) && offset >= 0 && offset <= list.offsetMax;
  refuseFaults([
    ...(isLimit ? [] : [{ field: 'limit', message: `a whole number, 1 to ${list.limitMax}` }]),
    ...(isOffset ? [] : [{ field: 'offset', message: `a whole number, 0 to ${list.offsetMax}` }]),
  ]);
  const [total, first] = await Promise.all([read.count?.(), read.part({ offset, limit })]);
  if (isWhole) return { parts: walk(first), total, next: undefined };
  const next = first.isMore && offset + limit <= list.offsetMax ? { limit, offset: offset + limit } : undefined;
  return { parts: only(first.rows), total, next };

  /** Reads the next part while the caller uses the current one. */
  async function* walk(part: PageRows<Row>): AsyncGenerator<readonly Row[]> {
    for (;;) {
      const last = part.isMore ? part.rows.at(-1) : undefined;
      const behind = last && read.part({ after: read.position(last), offset: 0, limit: PART_ROWS });
      behind?.catch(() => undefined); // `await behind` below reports the failure, unless the reader has stopped
      yield part.rows;
      if (behind === undefined) return;
      part = await behind;
    }
  }
}

async function* only<Row>(part: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield part;
}
