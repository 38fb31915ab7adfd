import { type Actor, actsForThemselves } from '../requests/actor.ts';
import { CHANGES_WINDOW_MS, type RateCount } from '../requests/rate-counts.ts';
import { refuse } from '../requests/refusal.ts';
import type { Booking } from './booking.ts';

/** The number of changes that one user may make to their own bookings of one event in an hour, and the recent changes. */
export interface ChangeBudget {
  readonly changesMax: number;
  /** A pair of user and event that is not in the list has no recent changes. */
  readonly recent: readonly RecentChanges[];
}

/**
 * A user's recent changes to their bookings of one event. New bookings are counted by their rows, so a sale writes no counter. Changes of
 * status and deletions add no row, so they have a stored count.
 */
export interface RecentChanges {
  readonly eventId: string;
  readonly userId: string;
  /** Bookings whose date is in the period that `madeWithin` gives. */
  readonly made: number;
  readonly firstMadeAt: Date | undefined;
  /** The stored count of `changesSubject`. Its window may be over. */
  readonly others: RateCount | undefined;
}

/**
 * The greatest difference between servers' clocks that is allowed. A window is shorter by this time, and includes dates up to this time in
 * the future. So a server whose clock is behind also counts what other servers wrote. A wait is never longer than the full window.
 */
const CLOCKS_DIFFER_MS = 5000;

/** The booking dates that count at `now`: after `from`, and not after `to`. */
export const madeWithin = (now: Date): { readonly from: Date; readonly to: Date } => ({
  from: later(now, CLOCKS_DIFFER_MS - CHANGES_WINDOW_MS),
  to: later(now, CLOCKS_DIFFER_MS),
});

/** The subject under which changes of status and deletions are counted. */
export const changesSubject = ({ userId, eventId }: { readonly userId: string; readonly eventId: string }): string =>
  `changes by ${userId} of bookings of ${eventId}`;

/**
 * Counts changes while a batch is decided. Changes by admins and the operator are not counted, because they act for other people. All other
 * actors can change only their own bookings, so the actor is the owner.
 */
export function spending({ changesMax, recent }: ChangeBudget, now: Date) {
  const { from, to } = madeWithin(now);
  const spent = new Map(recent.map((changes) => [changesSubject(changes), changes]));
  const written = new Map<string, RateCount>();
  return {
    /** Counts a change of a booking, or refuses it. */
    spend(actor: Actor, before: Booking | undefined, after: Booking | undefined): void {
      const booking = after ?? before;
      if (booking === undefined || !actsForThemselves(actor)) return;
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
      // A deleted booking is no longer in the table, so its creation is counted here together with its deletion.
      const isLost = after === undefined && before.bookingDate > from && before.bookingDate <= to;
      const end = later(now, CHANGES_WINDOW_MS - CLOCKS_DIFFER_MS);
      // If a window ends too late, another clock began it. Its count continues, and its end becomes the normal end.
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
