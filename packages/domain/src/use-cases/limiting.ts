import type { Ports } from '../ports.ts';
import { type RateCount, type RateLimit, refuseAtLimit, refuseCrowd } from '../rate-limits.ts';

/** Refuses whoever has reached one of the limits, and gives the counts. */
async function refuseLimited(
  { rateCounts }: Pick<Ports, 'rateCounts'>,
  code: Parameters<typeof refuseAtLimit>[0],
  limits: readonly RateLimit[],
  now: Date,
): Promise<readonly RateCount[]> {
  if (limits.length === 0) return [];
  const subjects = limits.map(({ subject }) => subject);
  const counts = await rateCounts.read(subjects, now);
  refuseAtLimit(code, limits, counts, now);
  return counts;
}

/**
 * Runs what stays within the limits even if all that is under way in this process comes to be counted, so that many at once do not
 * overshoot; whoever is too many for the moment is told to come again in a second. Work counts what it has to before it ends. Other
 * processes are not seen: each may overshoot by what it has under way.
 */
export function limitAtOnce({ rateCounts }: Pick<Ports, 'rateCounts'>, code: Parameters<typeof refuseAtLimit>[0]) {
  const underWay = new Map<string, number>();
  const move = (limits: readonly RateLimit[], by: 1 | -1): void => {
    for (const { subject } of limits) {
      const count = (underWay.get(subject) ?? 0) + by;
      if (count === 0) underWay.delete(subject);
      else underWay.set(subject, count);
    }
  };
  return async <Result>(limits: readonly RateLimit[], now: Date, work: () => Promise<Result>): Promise<Result> => {
    // As it is before the counts are read: what ends meanwhile may be missing from them.
    const ahead = new Map(limits.map(({ subject }) => [subject, underWay.get(subject) ?? 0]));
    refuseCrowd(code, limits, [], ahead);
    move(limits, 1);
    try {
      refuseCrowd(code, limits, await refuseLimited({ rateCounts }, code, limits, now), ahead);
      return await work();
    } finally {
      move(limits, -1);
    }
  };
}

export async function countOne({ rateCounts }: Pick<Ports, 'rateCounts'>, limits: readonly RateLimit[], now: Date): Promise<void> {
  if (limits.length === 0) return;
  const subjects = limits.map(({ subject }) => subject);
  await rateCounts.add(subjects, now);
}
