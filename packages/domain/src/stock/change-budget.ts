import type { Actor } from '../requests/actor.ts';
import { CHANGES_WINDOW_MS, type RateCount } from '../requests/rate-counts.ts';
import { refuse } from '../requests/refusal.ts';
import type { Booking } from './booking.ts';

/** How many changes one user may make to their own bookings of one event in an hour, and what they made so far. */
export interface ChangeBudget {
  readonly changesMax: number;
  /** A user and event that are left out changed nothing lately. */
  readonly recent: readonly RecentChanges[];
}

/**
 * What a user changed lately in their bookings of an event. New bookings are counted by their rows, so a sale writes no counter. Changes
 * of status and deletions leave no row of their own, so they have a stored count.
 */
export interface RecentChanges {
  readonly eventId: string;
  readonly userId: string;
  /** Bookings made within `madeWithin`. */
  readonly made: number;
  readonly firstMadeAt: Date | undefined;
  /** Of `changesSubject`, whether its window is running or not. */
  readonly others: RateCount | undefined;
}

/**
 * The most that clocks of servers may differ. A window is shorter by this time, and may begin later than now by it. So a server whose
 * clock is behind counts what the others wrote, and no window has more than its length left.
 */
const CLOCKS_DIFFER_MS = 5000;

/** The booking dates that count now: after `from`, and not after `to`. */
export const madeWithin = (now: Date): { readonly from: Date; readonly to: Date } => ({
  from: later(now, CLOCKS_DIFFER_MS - CHANGES_WINDOW_MS),
  to: later(now, CLOCKS_DIFFER_MS),
});

/** What changes and deletions are counted by. */
export const changesSubject = ({ userId, eventId }: { readonly userId: string; readonly eventId: string }): string =>
  `changes by ${userId} of bookings of ${eventId}`;

/**
 * The budget during a batch. Changes by admins and the operator are not counted: they serve others, and are trusted with more. Only the
 * owner and they may change a booking, so every other actor is its owner.
 */
export function spending({ changesMax, recent }: ChangeBudget, now: Date) {
  const { from, to } = madeWithin(now);
  const spent = new Map(recent.map((changes) => [changesSubject(changes), changes]));
  const written = new Map<string, RateCount>();
  return {
    /** Counts a change of a booking, or refuses it. */
    spend(actor: Actor, before: Booking | undefined, after: Booking | undefined): void {
      const booking = after ?? before;
      if (booking === undefined || typeof actor === 'string' || actor.role === 'admin') return;
      const { userId, eventId } = booking;
      const subject = changesSubject(booking);
      const { made, firstMadeAt, others } = spent.get(subject) ?? { made: 0, firstMadeAt: undefined, others: undefined };
      const running = others !== undefined && isRunning(others, now) ? others : undefined;
      if (made + (running?.count ?? 0) >= changesMax) {
        const ends = [firstMadeAt && later(firstMadeAt, CHANGES_WINDOW_MS - CLOCKS_DIFFER_MS), running?.endsAt].filter((end) => end !== undefined);
        const wait = Math.min(...ends.map((end) => end.getTime())) - now.getTime();
        refuse('too_many_booking_changes', { maximum: changesMax, retryAfterSeconds: Math.max(1, Math.ceil(wait / 1000)) });
      }
      if (before === undefined) {
        spent.set(subject, { userId, eventId, made: made + 1, firstMadeAt: firstMadeAt ?? booking.bookingDate, others });
        return;
      }
      // A deleted booking is no longer found among those that were made, so its making is counted with its end.
      const isLost = after === undefined && before.bookingDate > from && before.bookingDate <= to;
      const end = later(now, CHANGES_WINDOW_MS - CLOCKS_DIFFER_MS);
      // A count whose window ends too late was begun by another clock. It goes on, for no longer than a window.
      const count = (others !== undefined && others.endsAt > now ? others.count : 0) + (isLost ? 2 : 1);
      const counted = { subject, count, endsAt: running?.endsAt ?? end };
      spent.set(subject, { userId, eventId, made: isLost ? made - 1 : made, firstMadeAt, others: counted });
      written.set(subject, counted);
    },
    /** The counts that changed. */
    written: (): readonly RateCount[] => [...written.values()],
  };
}

const later = (moment: Date, milliseconds: number): Date => new Date(moment.getTime() + milliseconds);

const isRunning = ({ endsAt }: RateCount, now: Date): boolean => endsAt > now && endsAt <= later(now, CHANGES_WINDOW_MS);
