import { KEPT_MS } from './idempotency.ts';
import type { Clock, IdempotencyRecords, RateLimitStore } from './ports.ts';

/** The rows of one step. Each step is a transaction, and a small one does not make sales wait for long. */
const STEP = 500;

/** `UseCases.forgetOldRows` says what it does and refuses. */
export function forgetOldRows({
  idempotencyRecords,
  rateLimitStore,
  clock,
}: {
  readonly idempotencyRecords: IdempotencyRecords;
  readonly rateLimitStore: RateLimitStore;
  readonly clock: Clock;
}) {
  return async (): Promise<number> => {
    const now = clock();
    return (await inSteps((limit) => idempotencyRecords.forget(KEPT_MS, limit))) + (await inSteps((limit) => rateLimitStore.forget(now, limit)));
  };
}

async function inSteps(forget: (limit: number) => Promise<number>): Promise<number> {
  let forgotten = 0;
  for (let step = STEP; step === STEP; forgotten += step) step = await forget(STEP);
  return forgotten;
}
