import type { Ports } from '../ports.ts';
import { RATE_WINDOW_MS, type RateLimit, refuseAtLimit } from '../rate-limits.ts';

/** Refuses whoever has reached one of the limits. What comes at the same time may overshoot by as many. */
export async function refuseLimited(
  { rateCounts }: Pick<Ports, 'rateCounts'>,
  code: Parameters<typeof refuseAtLimit>[0],
  limits: readonly RateLimit[],
  now: Date,
): Promise<void> {
  if (limits.length === 0) return;
  const subjects = limits.map(({ subject }) => subject);
  refuseAtLimit(code, limits, await rateCounts.read(subjects, now), now);
}

export async function countOne({ rateCounts }: Pick<Ports, 'rateCounts'>, limits: readonly RateLimit[], now: Date): Promise<void> {
  if (limits.length === 0) return;
  const subjects = limits.map(({ subject }) => subject);
  await rateCounts.add(subjects, now, new Date(now.getTime() + RATE_WINDOW_MS));
}
