import type { RateCount } from '../requests/rate-counts.ts';
import { refuse } from '../requests/refusal.ts';

/** How often something may happen in one window, for one subject. */
export interface RateLimit {
  readonly subject: string;
  readonly countMax: number;
}

/** A network by which a client is counted. An IPv6 client has two. */
export interface ClientNetwork {
  readonly name: string;
  /** Whether several customers may share the network, so that its limit is higher. */
  readonly isShared: boolean;
}

/**
 * The limits of failed logins in a window (OWASP ASVS 5.0, 6.3.1). Failures are counted by account and network together, so an attacker in
 * one network does not lock the owner out elsewhere. They are also counted by network alone, because an attacker may try many accounts.
 * Unknown e-mails are counted in the same way, so the count reveals nothing. Successful logins are not counted.
 */
export const failedLoginLimits = (email: string, from: readonly ClientNetwork[]): readonly RateLimit[] =>
  from.flatMap((network) => [
    { subject: `account ${email} from ${network.name}`, countMax: 10 * timesOf(network) },
    { subject: `address ${network.name}`, countMax: 100 * timesOf(network) },
  ]);

/** The limit of registrations from one network. Refused registrations count too, because each one reveals whether an e-mail is taken. */
export const registrationLimits = (
  { registrationsMax }: { readonly registrationsMax: number | 'unlimited' },
  from: readonly ClientNetwork[],
): readonly RateLimit[] =>
  registrationsMax === 'unlimited'
    ? []
    : from.map((network) => ({ subject: `registrations from ${network.name}`, countMax: registrationsMax * timesOf(network) }));

/** A network that several customers may share has a limit that is higher by this factor. */
const SHARED_TIMES = 4;
const timesOf = ({ isShared }: ClientNetwork): number => (isShared ? SHARED_TIMES : 1);

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

/** Whether the stored counts plus the earlier calls that are still running reach one of the limits. */
export const isCrowded = (limits: readonly RateLimit[], counts: readonly RateCount[], ahead: ReadonlyMap<string, number>): boolean =>
  limits.some(({ subject, countMax }) => {
    const counted = counts.find((one) => one.subject === subject)?.count ?? 0;
    return (ahead.get(subject) ?? 0) + counted >= countMax;
  });
