import type { Part, PartRows, Position } from '../requests/ports.ts';

/** A part of a list in the order of its positions, `direction` -1 for the latest first. */
export function partOf<Row, View>(
  rows: readonly Row[],
  position: (row: Row) => Position,
  { after, offset, limit }: Part,
  direction: 1 | -1,
  viewOf: (row: Row) => View,
): PartRows<View> {
  const compare = (one: Position, other: Position) =>
    direction * (one.at.getTime() - other.at.getTime() || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
  const ordered = rows
    .filter((row) => after === undefined || compare(position(row), after) > 0)
    .sort((one, other) => compare(position(one), position(other)));
  return { rows: ordered.slice(offset, offset + limit).map(viewOf), isMore: ordered.length > offset + limit };
}
