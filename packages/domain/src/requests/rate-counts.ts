/** The count in the window that is running. */
export interface RateCount {
  readonly subject: string;
  readonly count: number;
  readonly endsAt: Date;
}

const RATE_WINDOW_MS = 15 * 60 * 1000;
/** The window in which a user's changes of bookings are counted (change-budget.ts). It is the longest of all windows. */
export const CHANGES_WINDOW_MS = 60 * 60 * 1000;

/** The end of a window that begins now. If a stored window ends later, another clock began it, or this clock was set back since. */
export const endOfWindow = (now: Date): Date => new Date(now.getTime() + RATE_WINDOW_MS);
/** The latest end of any running window. */
export const endOfLongestWindow = (now: Date): Date => new Date(now.getTime() + CHANGES_WINDOW_MS);
