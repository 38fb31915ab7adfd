import { type ActorRef, userIdOf } from '../requests/actor.ts';
import { endOfWindow, type RateCount } from '../requests/rate-counts.ts';
import { refuse } from '../requests/refusal.ts';
import { formsOf, isPasswordStorable, normalPassword } from './password.ts';
import type { AccountPorts, PasswordHasher } from './ports.ts';
import { type ClientNetwork, isCrowded, type RateLimit, refuseAtLimit } from './rate-limits.ts';
import type { User } from './user.ts';

/** Refuses callers who have reached one of the limits. Otherwise returns the counts. */
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
  if (full.size >= FULL_MAX) full.clear(); // the counts are then read from the store again
  full.set(count.subject, count);
}

function runningIn(full: Map<string, RateCount>, subjects: readonly string[], now: Date): readonly RateCount[] {
  return subjects.flatMap((subject) => full.get(subject) ?? []).filter(({ endsAt }) => endsAt > now && endsAt <= endOfWindow(now));
}

/**
 * Runs `work` only if the limits would hold even if all running calls of this process fail and are counted. So simultaneous calls cannot
 * exceed a limit. Further callers are told to come again in a second. `work` counts its failure before it ends. Calls in other processes
 * are not known here, so each process may exceed a limit by its own running calls.
 */
export function limitAtOnce({ rateLimitStore }: Pick<AccountPorts, 'rateLimitStore'>, code: Parameters<typeof refuseAtLimit>[0]) {
  const underWay = new Map<string, Set<symbol>>();
  /**
   * The counts that this process has seen at their limit. A count does not fall while its window runs. So a client who has reached a limit
   * is refused without a query until the window ends.
   */
  const full = new Map<string, RateCount>();
  return async <Result>(limits: readonly RateLimit[], now: Date, work: () => Promise<Result>): Promise<Result> => {
    const subjects = limits.map(({ subject }) => subject);
    const call = Symbol('call');
    const ahead = (): ReadonlyMap<string, number> => new Map(subjects.map((subject) => [subject, callsBefore(call, underWay.get(subject))]));
    if (isCrowded(limits, [], ahead())) refuse(code, { retryAfterSeconds: 1 });
    for (const subject of subjects) underWay.set(subject, (underWay.get(subject) ?? new Set()).add(call));
    try {
      for (;;) {
        const before = ahead(); // the counts may not include a call that ends while they are read
        const counts = await refuseLimited({ rateLimitStore }, code, limits, now, full);
        if (!isCrowded(limits, counts, before)) return await work();
        if (isCrowded(limits, counts, ahead())) refuse(code, { retryAfterSeconds: 1 });
        // A call that ended meanwhile may have been counted twice, as running and as stored. The next read has it in the counts alone.
      }
    } finally {
      for (const subject of subjects) leave(underWay, subject, call);
    }
  };
}

/** The running calls that began before this one. A set keeps the order in which its calls began. */
const callsBefore = (call: symbol, running: ReadonlySet<symbol> = new Set()): number => {
  const place = [...running].indexOf(call);
  return place === -1 ? running.size : place;
};

function leave(underWay: Map<string, Set<symbol>>, subject: string, call: symbol): void {
  const running = underWay.get(subject);
  running?.delete(call);
  if (running?.size === 0) underWay.delete(subject);
}

/** Counts a running call for each subject while `work` runs. */
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

/**
 * The password port as use cases see it. Each call names the account or networks that it works for. Every Unicode form of a password is the
 * same password.
 */
export interface SharedPasswords {
  hash(password: string, holders: readonly Holder[]): Promise<string>;
  /**
   * `outdated`: the password is right, but its hash has a lower cost than new hashes, or was made from another Unicode form. The caller can
   * hash it again.
   */
  verify(password: string, hash: string | undefined, holders: readonly Holder[]): Promise<'wrong' | 'right' | 'outdated'>;
}
/** Returns the user with this e-mail if the password is right. Counts failures, and refuses after too many. */
export type ProvePassword = (claim: {
  /** The e-mail in its stored form (`normalEmail`). */
  readonly email: string;
  readonly password: string;
  readonly from: readonly ClientNetwork[];
  /** The account and networks that use the hasher's places (`holdersOf`). */
  readonly holders: readonly Holder[];
}) => Promise<User>;

export type SharedPorts = Omit<AccountPorts, 'passwords'> & { readonly passwords: SharedPasswords; readonly provePassword: ProvePassword };

/** An account or a network, and how many thirds of the hasher's places it may use at once. */
export interface Holder {
  readonly name: string;
  readonly thirds: 1 | 2;
}

/**
 * Lets one account, and one network, use at most a third of the server's places for password hashes. An IPv6 /48 may use two thirds. So no
 * single client can lock all others out, even with the right password.
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
          // If the NFC form is longer than 72 bytes, bcrypt would hash only its first 72, and the password would no longer work.
          return isOutdated && isPasswordStorable(password) ? 'outdated' : 'right';
        }
        return 'wrong';
      }),
  };
}

/**
 * The holders of a place in the hasher: the signed-in account, and the networks of the request. A login has no account yet. It is not
 * counted by its e-mail, because a stranger could then lock the owner out.
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
