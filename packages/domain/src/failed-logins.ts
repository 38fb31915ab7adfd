import { refuse } from './refusal.ts';

/** Logins that failed and have something in common, in the window that is running. */
export interface FailureCount {
  readonly subject: string;
  readonly failures: number;
  readonly endsAt: Date;
}

export const FAILURES_WINDOW_MS = 15 * 60 * 1000;

/**
 * What failed logins are counted by, and how many may fail in a window (OWASP ASVS 5.0, 6.3.1). By account and address: whoever
 * guesses at an account from one place does not keep its owner out elsewhere. By address alone: whoever tries many accounts.
 * E-mails that nobody has are counted alike, so the count tells nothing. What succeeds is not counted.
 */
export function failureSubjects(email: string, from: string): readonly { readonly subject: string; readonly failuresMax: number }[] {
  return [
    { subject: `account ${email} from ${from}`, failuresMax: 10 },
    { subject: `address ${from}`, failuresMax: 100 },
  ];
}

/** Refuses whoever has failed too often, and says when he may try again. */
export function refuseGuessing(subjects: ReturnType<typeof failureSubjects>, counts: readonly FailureCount[], now: Date): void {
  const waits = counts
    .filter(({ subject, failures }) => failures >= (subjects.find((one) => one.subject === subject)?.failuresMax ?? Number.POSITIVE_INFINITY))
    .map(({ endsAt }) => Math.ceil((endsAt.getTime() - now.getTime()) / 1000))
    .filter((seconds) => seconds > 0);
  if (waits.length > 0) refuse('too_many_failed_logins', { retryAfterSeconds: Math.max(...waits) });
}
