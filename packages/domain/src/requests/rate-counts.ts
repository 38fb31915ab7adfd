/** The count in the window that is running. */
export interface RateCount {
  readonly subject: string;
  readonly count: number;
  readonly endsAt: Date;
}

export const RATE_WINDOW_MS = 15 * 60 * 1000;
/** Of a user's changes of their bookings (change-budget.ts): the longest window there is. */
export const CHANGES_WINDOW_MS = 60 * 60 * 1000;

/** When a window that begins now ends. A window that ends later was begun by another clock, or before this clock was set back. */
export const endOfWindow = (now: Date): Date => new Date(now.getTime() + RATE_WINDOW_MS);
/** The latest end of any running window. */
export const endOfLongestWindow = (now: Date): Date => new Date(now.getTime() + CHANGES_WINDOW_MS);
