import { type ActorRef, userIdOf } from '../requests/actor.ts';
import { endOfWindow, type RateCount } from '../requests/rate-counts.ts';
import { refuse } from '../requests/refusal.ts';
import { formsOf, isPasswordStorable, normalPassword } from './password.ts';
import type { AccountPorts, PasswordHasher } from './ports.ts';
import { type ClientNetwork, type RateLimit, refuseAtLimit, refuseCrowd } from './rate-limits.ts';
import type { User } from './user.ts';

/** Refuses callers who have reached one of the limits, and gives the counts. */
async function refuseLimited(
  { rateLimitStore }: Pick<AccountPorts, 'rateLimitStore'>,
  code: Parameters<typeof refuseAtLimit>[0],
  limits: readonly RateLimit[],
  now: Date,
  full: Map<string, RateCount>,
): Promise<readonly RateCount[]> {
  if (limits.length === 0) return [];
  const subjects = limits.map(({ subject }) => subject);
  refuseAtLimit(code, limits, runningIn(full, subjects, now), now);
  const counts = await rateLimitStore.read(subjects, now);
  for (const { subject, countMax } of limits) {
    const count = counts.find((one) => one.subject === subject);
    if (count !== undefined && count.count >= countMax) remember(full, count);
  }
  refuseAtLimit(code, limits, counts, now);
  return counts;
}

const FULL_MAX = 10_000;

function remember(full: Map<string, RateCount>, count: RateCount): void {
  if (full.size >= FULL_MAX) full.clear(); // they are read again
  full.set(count.subject, count);
}

function runningIn(full: Map<string, RateCount>, subjects: readonly string[], now: Date): readonly RateCount[] {
  return subjects.flatMap((subject) => full.get(subject) ?? []).filter(({ endsAt }) => endsAt > now && endsAt <= endOfWindow(now));
}

/**
 * Runs work only while the limits hold even if all work under way in this process fails and is counted. So many calls at once do not
 * overshoot. Callers above that are told to come again in a second. Work counts its failure before it ends. Other processes are not seen:
 * each may overshoot by its own work under way.
 */
export function limitAtOnce({ rateLimitStore }: Pick<AccountPorts, 'rateLimitStore'>, code: Parameters<typeof refuseAtLimit>[0]) {
  const underWay = new Map<string, number>();
  /**
   * The counts that have reached their limit, as far as this process has seen. A count does not fall while its window runs. So a client
   * who has reached a limit is refused without a query until the window ends.
   */
  const full = new Map<string, RateCount>();
  return async <Result>(limits: readonly RateLimit[], now: Date, work: () => Promise<Result>): Promise<Result> => {
    // Copied before the counts are read: work that ends meanwhile may be missing from them.
    const subjects = limits.map(({ subject }) => subject);
    const ahead = new Map(subjects.map((subject) => [subject, underWay.get(subject) ?? 0]));
    refuseCrowd(code, limits, [], ahead);
    return counted(underWay, subjects, async () => {
      refuseCrowd(code, limits, await refuseLimited({ rateLimitStore }, code, limits, now, full), ahead);
      return work();
    });
  };
}

/** Counts one more of each subject while the work lasts. */
async function counted<Result>(underWay: Map<string, number>, subjects: readonly string[], work: () => Promise<Result>): Promise<Result> {
  const move = (by: 1 | -1): void => {
    for (const subject of subjects) {
      const count = (underWay.get(subject) ?? 0) + by;
      if (count === 0) underWay.delete(subject);
      else underWay.set(subject, count);
    }
  };
  move(1);
  try {
    return await work();
  } finally {
    move(-1);
  }
}

/** Passwords as use cases have them: each call says for whom it works, and every Unicode form of a password is the same password. */
export interface SharedPasswords {
  hash(password: string, holders: readonly Holder[]): Promise<string>;
  /** `outdated`: the password is right, and its hash is cheaper than hashes are now or of another form. It can be made anew. */
  verify(password: string, hash: string | undefined, holders: readonly Holder[]): Promise<'wrong' | 'right' | 'outdated'>;
}
/** Gives the user of the e-mail for the right password, within the budget of failed logins. */
export type ProvePassword = (claim: {
  /** As it is stored. */
  readonly email: string;
  readonly password: string;
  readonly from: readonly ClientNetwork[];
  /** For whom the hasher works (`holdersOf`). */
  readonly holders: readonly Holder[];
}) => Promise<User>;

export type SharedPorts = Omit<AccountPorts, 'passwords'> & { readonly passwords: SharedPasswords; readonly provePassword: ProvePassword };

/** An account or a network, and how many thirds of the places for passwords it may hold at once. */
export interface Holder {
  readonly name: string;
  readonly thirds: 1 | 2;
}

/**
 * Lets one account, and one address, hold at most a third of a server's places for passwords, and an IPv6 site two thirds. So no single
 * client, even one with a right password, keeps all others out.
 */
export function inShares(passwords: PasswordHasher): SharedPasswords {
  const underWay = new Map<string, number>();
  const inShare = async <Result>(holders: readonly Holder[], work: () => Promise<Result>): Promise<Result> => {
    const isFull = holders.some(({ name, thirds }) => (underWay.get(name) ?? 0) >= Math.ceil((passwords.atOnceMax * thirds) / 3));
    if (isFull) refuse('too_many_passwords', { retryAfterSeconds: 1 });
    return counted(
      underWay,
      holders.map(({ name }) => name),
      work,
    );
  };
  return {
    hash: (password, holders) => inShare(holders, () => passwords.hash(normalPassword(password))),
    verify: (password, hash, holders) =>
      inShare(holders, async () => {
        for (const form of formsOf(password)) {
          if (!(await passwords.verify(form, hash)) || hash === undefined) continue;
          const isOutdated = form !== normalPassword(password) || passwords.needsRehash(hash);
          // bcrypt would hash only the first 72 bytes of a text that is longer in NFC, and the password would no longer log in.
          return isOutdated && isPasswordStorable(password) ? 'outdated' : 'right';
        }
        return 'wrong';
      }),
  };
}

/**
 * Who holds the place of a password: the signed-in account, and the networks that the request comes from. A login has no account yet. If
 * it counted by the e-mail it names, a stranger who names that e-mail would keep its owner out.
 */
export function holdersOf(actor: ActorRef, from: readonly ClientNetwork[]): readonly Holder[] {
  const userId = userIdOf(actor);
  return [
    ...(userId === undefined ? [] : [{ name: `account ${userId}`, thirds: 1 } as const]),
    ...from.map(({ name, isShared }) => ({ name: `network ${name}`, thirds: isShared ? 2 : 1 }) as const),
  ];
}

export async function countOne({ rateLimitStore }: Pick<AccountPorts, 'rateLimitStore'>, limits: readonly RateLimit[], now: Date): Promise<void> {
  if (limits.length === 0) return;
  const subjects = limits.map(({ subject }) => subject);
  await rateLimitStore.add(subjects, now);
}
