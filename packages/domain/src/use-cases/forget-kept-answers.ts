import { KEPT_MS } from '../idempotency.ts';
import type { Ports } from '../ports.ts';

/** Small steps: each is a transaction, and what sells tickets is not to wait behind it. */
const STEP = 500;

/** Forgets the answers under idempotency keys that are older than they have to be kept, and says how many they were. */
export function forgetKeptAnswers({ keptAnswers, clock }: Ports) {
  return async (): Promise<number> => {
    const before = new Date(clock().getTime() - KEPT_MS);
    let forgotten = 0;
    for (let step = STEP; step === STEP; forgotten += step) step = await keptAnswers.forget(before, STEP);
    return forgotten;
  };
}
