import type { Cursor, PageRequest, PageRows } from '../requests/ports.ts';

/** A part of a list, ordered by position. With `direction` -1 the latest rows come first. */
export function pageOf<Row, View>(
  rows: readonly Row[],
  position: (row: Row) => Cursor,
  { after, offset, limit }: PageRequest,
  direction: 1 | -1,
  viewOf: (row: Row) => View,
): PageRows<View> {
  const compare = (one: Cursor, other: Cursor) =>
    direction * (one.at.getTime() - other.at.getTime() || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
  const ordered = rows
    .filter((row) => after === undefined || compare(position(row), after) > 0)
    .sort((one, other) => compare(position(one), position(other)));
  return { rows: ordered.slice(offset, offset + limit).map(viewOf), isMore: ordered.length > offset + limit };
}
