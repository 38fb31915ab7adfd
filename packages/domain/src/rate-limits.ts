import type { Policy } from './policy.ts';
import { refuse } from './refusal.ts';

/** How much of something may come in a window, by what it has in common. */
export interface RateLimit {
  readonly subject: string;
  readonly countMax: number;
}

/** How much of it has come in the window that is running. */
export interface RateCount {
  readonly subject: string;
  readonly count: number;
  readonly endsAt: Date;
}

export const RATE_WINDOW_MS = 15 * 60 * 1000;

/** When a window ends that begins now. One that ends later was begun by another clock, or before this one was set back. */
export const endOfWindow = (now: Date): Date => new Date(now.getTime() + RATE_WINDOW_MS);

/**
 * What failed logins are counted by, and how many may fail in a window (OWASP ASVS 5.0, 6.3.1). By account and address: whoever
 * guesses at an account from one place does not keep its owner out elsewhere. By address alone: whoever tries many accounts.
 * E-mails that nobody has are counted alike, so the count tells nothing. What succeeds is not counted.
 */
export const failedLoginLimits = (email: string, from: string): readonly RateLimit[] => [
  { subject: `account ${email} from ${from}`, countMax: 10 },
  { subject: `address ${from}`, countMax: 100 },
];

/** Registrations from one address, refused ones too: each costs a hash, and tells whether somebody has the e-mail. */
export const registrationLimits = ({ registrationsMax }: Policy, from: string): readonly RateLimit[] =>
  registrationsMax === undefined ? [] : [{ subject: `registrations from ${from}`, countMax: registrationsMax }];

/** Refuses when a limit is reached, and says when its window ends. */
export function refuseAtLimit(
  code: 'too_many_failed_logins' | 'too_many_registrations',
  limits: readonly RateLimit[],
  counts: readonly RateCount[],
  now: Date,
): void {
  const waits = limits
    .flatMap(({ subject, countMax }) => counts.filter((one) => one.subject === subject && one.count >= countMax))
    .map(({ endsAt }) => Math.ceil((endsAt.getTime() - now.getTime()) / 1000))
    .filter((seconds) => seconds > 0);
  if (waits.length > 0) refuse(code, { retryAfterSeconds: Math.max(...waits) });
}

/** Refuses for a moment whoever would be above a limit if all that was under way before him came to be counted. */
export function refuseCrowd(
  code: Parameters<typeof refuseAtLimit>[0],
  limits: readonly RateLimit[],
  counts: readonly RateCount[],
  ahead: ReadonlyMap<string, number>,
): void {
  const isFull = limits.some(({ subject, countMax }) => {
    const counted = counts.find((one) => one.subject === subject)?.count ?? 0;
    return (ahead.get(subject) ?? 0) + counted >= countMax;
  });
  if (isFull) refuse(code, { retryAfterSeconds: 1 });
}
