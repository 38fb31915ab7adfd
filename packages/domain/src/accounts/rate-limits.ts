import type { RateCount } from '../requests/rate-counts.ts';
import { refuse } from '../requests/refusal.ts';

/** How many of something may come in a window, for each subject that they share. */
export interface RateLimit {
  readonly subject: string;
  readonly countMax: number;
}

/** Where a request comes from, as far as an edge knows: each network by which the client may be counted. */
export interface ClientNetwork {
  readonly name: string;
  /** Whether several customers may share it, so that it has the budget of several. */
  readonly isShared: boolean;
}

/**
 * What failed logins are counted by, and how many may fail in a window (OWASP ASVS 5.0, 6.3.1). By account and address: a guesser at one
 * place does not keep the owner out elsewhere. By address alone: a guesser tries many accounts. E-mails that nobody has are counted in
 * the same way, so the count reveals nothing. Successful logins are not counted.
 */
export const failedLoginLimits = (email: string, from: readonly ClientNetwork[]): readonly RateLimit[] =>
  from.flatMap((network) => [
    { subject: `account ${email} from ${network.name}`, countMax: 10 * timesOf(network) },
    { subject: `address ${network.name}`, countMax: 100 * timesOf(network) },
  ]);

/** Registrations from one address, refused ones too: each costs a hash, and reveals whether an e-mail is taken. */
export const registrationLimits = (
  { registrationsMax }: { readonly registrationsMax: number | 'unlimited' },
  from: readonly ClientNetwork[],
): readonly RateLimit[] =>
  registrationsMax === 'unlimited'
    ? []
    : from.map((network) => ({ subject: `registrations from ${network.name}`, countMax: registrationsMax * timesOf(network) }));

/** The larger budget of a network that several customers may share. */
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

/** Refuses for a moment when the limit would be exceeded if all earlier work under way were counted. */
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
