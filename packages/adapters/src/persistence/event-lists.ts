import type { EventFilter, EventView, PageRequest, PageRows } from '@ticket/domain';
import { placeOf } from '@ticket/domain/spi';
import type { Database } from './database.ts';
import type { Condition } from './dialects/dialect.ts';
import { cut, type Order, pageOf, type Rows, walked, when } from './list-statements.ts';

type Part = PageRequest & EventFilter;

/** The order of a list of events, with the conditions that its index serves. */
export function orderOf({ dialect }: Database, { order = 'eventDate', from, to, isAvailable, modifiedSince }: EventFilter): Order {
  const dated = (column: string, since: Date | undefined, before: Date | undefined): readonly Condition[] => [
    ...(since === undefined ? [] : [when(`events.${column} >= ?`, dialect.date(since))]),
    ...(before === undefined ? [] : [when(`events.${column} < ?`, dialect.date(before))]),
  ];
  const by = { table: 'events', direction: 'ASC' } as const;
  if (modifiedSince !== undefined)
    return { ...by, at: 'updatedAt', index: 'idx_events_updated_at', where: dated('updatedAt', modifiedSince, undefined) };
  if (order === 'name') return { ...by, at: 'name_key', index: 'idx_events_name_key' };
  if (order === 'ticketPrice') return { ...by, at: 'ticket_price_cents', index: 'idx_events_ticket_price' };
  const dates = dated('event_date', from, to);
  if (isAvailable) return { ...by, at: 'event_date', index: 'idx_events_available', where: [when('events.is_available = 1'), ...dates] };
  return { ...by, at: 'event_date', index: 'idx_events_event_date', where: dates };
}

/** If the rarest word of a search has at most so many entries, the events are found by it. Otherwise they are looked for in the order of dates. */
const RARE_WORDS = 5000;

/**
 * Finds events by words. A rare word gives few events, which are read and sorted. If every word is common, a walk in the order of dates soon
 * finds enough events. Both look at a bounded number of rows.
 */
export async function foundByWords(
  database: Database,
  { words = [], ...part }: Part,
  read: (rows: Rows) => Promise<readonly EventView[]>,
): Promise<PageRows<EventView>> {
  const ranges = words.map((word) => [word, `${word}${LAST_CHARACTER}`] as const);
  const counted = ranges.map((_, at) => `(SELECT COUNT(*) FROM (SELECT 1 FROM event_words WHERE ${RANGE} ORDER BY word LIMIT ?) w${at}) AS c${at}`);
  const [row = {}] = await database.query<Record<string, number | string>>(
    `SELECT ${counted.join(', ')}`,
    ranges.flatMap((range) => [...range, RARE_WORDS + 1]),
  );
  const counts = Object.values(row).map(Number);
  const rarest = Math.min(...counts);
  if (rarest === 0) return { rows: [], isMore: false };
  const order = orderOf(database, part);
  const has = ranges.map((range) => when(`EXISTS (SELECT 1 FROM event_words WHERE event_id = events.id AND ${RANGE})`, ...range));
  if (rarest > RARE_WORDS) return walked(database, part, order, { table: 'events', conditions: has }, read, (event) => placeOf(part, event));
  const at = counts.indexOf(rarest);
  const { which, parameters } = pageOf(
    database,
    { ...part, offset: 0 },
    { ...order, where: [...(order.where ?? []), ...has.filter((_, index) => index !== at)] },
  );
  const from = `(SELECT DISTINCT event_id FROM event_words WHERE ${RANGE}) found JOIN events ON events.id = found.event_id`;
  return cut(part, await read({ from, which, parameters: [...(ranges[at] ?? []), ...parameters] }));
}

/** The range of the words that begin with a text. No word has the last character of Unicode. */
const RANGE = 'word >= ? AND word < ?';
const LAST_CHARACTER = '\u{10FFFF}';
