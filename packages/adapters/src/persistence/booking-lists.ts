import type { BookingFilter } from '@ticket/domain';
import type { Database } from './database.ts';
import type { Condition } from './dialects/dialect.ts';
import { type Order, when } from './list-statements.ts';

/** The order of a list of bookings, and the conditions that its index does not serve. */
export interface BookingOrder {
  readonly order: Order;
  readonly unserved: readonly Condition[];
}

export function bookingOrderOf({ dialect }: Database, { userId, eventId, status, from, to }: BookingFilter): BookingOrder {
  const dates = [
    ...(from === undefined ? [] : [when('bookings.booking_date >= ?', dialect.date(from))]),
    ...(to === undefined ? [] : [when('bookings.booking_date < ?', dialect.date(to))]),
  ];
  const ofStatus = status === undefined ? [] : [when('bookings.status = ?', status)];
  const ofEvent = eventId === undefined ? [] : [when('bookings.event_id = ?', eventId)];
  // The ledger has the bookings of an event in the order in which they were sold. So they need no index of their own, which every sale would write.
  if (userId === undefined && eventId !== undefined)
    return {
      order: {
        table: 'stock_movements',
        at: 'stock_version',
        id: 'booking_id',
        direction: 'DESC',
        index: 'PRIMARY',
        where: [when('stock_movements.event_id = ?', eventId)],
        more: ', stock_movements.reason AS part_reason',
      },
      unserved: [when("part_reason = 'booked'"), ...ofStatus, ...dates],
    };
  const by = { table: 'bookings', at: 'booking_date', direction: 'DESC' } as const;
  return {
    order:
      userId === undefined
        ? { ...by, index: 'idx_bookings_booking_date', where: dates }
        : { ...by, index: 'idx_bookings_user_id', where: [when('bookings.user_id = ?', userId), ...dates] },
    unserved: [...ofStatus, ...ofEvent],
  };
}
