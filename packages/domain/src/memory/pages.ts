import type { Cursor, PageRequest, PageRows } from '../requests/ports.ts';

/** A part of a list, ordered by position. With `direction` -1 the latest rows come first. */
export function pageOf<Row, View>(
  rows: readonly Row[],
  position: (row: Row) => Cursor,
  { after, offset, limit, reversed = false }: PageRequest,
  direction: 1 | -1,
  viewOf: (row: Row) => View,
): PageRows<View> {
  const sign = reversed ? -direction : direction;
  const compare = (one: Cursor, other: Cursor) => sign * (compared(one.at, other.at) || compared(one.id, other.id));
  const ordered = rows
    .filter((row) => after === undefined || compare(position(row), after) > 0)
    .sort((one, other) => compare(position(one), position(other)));
  const part = ordered.slice(offset, offset + limit);
  const [first, last] = [part.at(0), part.at(-1)];
  const isMore = ordered.length > offset + limit;
  return { rows: part.map(viewOf), isMore, start: first && position(first), end: last && position(last) };
}

/** Times and numbers by size, texts by code points, as databases compare them. */
function compared(one: Cursor['at'], other: Cursor['at']): number {
  if (typeof one !== 'string' || typeof other !== 'string') return Number(one) - Number(other);
  const [ones, others] = [[...one], [...other]];
  const at = ones.findIndex((letter, index) => letter !== others[index]);
  return at === -1 ? ones.length - others.length : (ones[at]?.codePointAt(0) ?? 0) - (others[at]?.codePointAt(0) ?? -1);
}
