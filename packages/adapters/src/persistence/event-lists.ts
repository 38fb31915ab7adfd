import type { EventFilter } from '@ticket/domain';
import type { Database } from './database.ts';
import type { Condition } from './dialects/dialect.ts';
import { type Order, when } from './list-statements.ts';

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
