import type { RateCount } from '../requests/rate-counts.ts';
import { refuse } from '../requests/refusal.ts';

/** How much of something may come in a window, by what it has in common. */
export interface RateLimit {
  readonly subject: string;
  readonly countMax: number;
}

/**
 * What failed logins are counted by, and how many may fail in a window (OWASP ASVS 5.0, 6.3.1). By account and address: whoever
 * guesses at an account from one place does not keep its owner out elsewhere. By address alone: whoever tries many accounts.
 * E-mails that nobody has are counted alike, so the count tells nothing. What succeeds is not counted.
 */
export const failedLoginLimits = (email: string, from: string): readonly RateLimit[] =>
  placesOf(from).flatMap(({ place, times }) => [
    { subject: `account ${email} from ${place}`, countMax: 10 * times },
    { subject: `address ${place}`, countMax: 100 * times },
  ]);

/** Registrations from one address, refused ones too: each costs a hash, and tells whether somebody has the e-mail. */
export const registrationLimits = ({ registrationsMax }: { readonly registrationsMax: number | undefined }, from: string): readonly RateLimit[] =>
  registrationsMax === undefined
    ? []
    : placesOf(from).map(({ place, times }) => ({ subject: `registrations from ${place}`, countMax: registrationsMax * times }));

/** The larger budget of a site: several of its networks may be those of different people. */
const SITE_TIMES = 4;

/** What an address is counted by, and how many times the budget of one address that has. */
function placesOf(from: string): readonly { readonly place: string; readonly times: number }[] {
  const site = siteOf(from);
  const own = { place: from, times: 1 };
  return site === undefined ? [own] : [own, { place: site, times: SITE_TIMES }];
}

/** The /48 around an IPv6 /64, which one customer may have whole (RFC 6177); undefined for an IPv4 address. */
export function siteOf(network: string): string | undefined {
  const site = /^((?:[\da-f]+:){3})[\da-f]+::\/64$/.exec(network)?.[1];
  return site && `${site}:/48`;
}

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
