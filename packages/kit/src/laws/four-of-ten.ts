import type { Booking, Event } from '@ticket/domain';
import type { Rows } from '../rows.ts';

/** An event of ten tickets, of which one booking holds four. */
export interface Sale {
  readonly event: Event;
  readonly userId: string;
  /** The booking, which holds four tickets. */
  readonly booking: Booking;
}

/** `event` is the row as it is stored now. */
export async function fourOfTen(rows: Rows): Promise<Sale> {
  const made = await rows.event({ totalTickets: 10 });
  const userId = await rows.user();
  const booking = await rows.book(made, { userId, quantity: 4 });
  return { event: (await rows.stored(made)) ?? made, userId, booking };
}
