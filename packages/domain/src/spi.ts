/** What the authors of adapters need: how a batch of decisions is settled on locked rows, and what the ports promise beneath the use cases. */

export type { Actor } from './requests/actor.ts';
export { actorNow, userIdOf } from './requests/actor.ts';
export { firstAnswer, KEPT_MS, type KeptAnswer, ownerOf } from './requests/idempotency.ts';
export { endOfLongestWindow, endOfWindow, type RateCount } from './requests/rate-counts.ts';
export type { StockFacts } from './stock/audit.ts';
export { type ChangeBudget, changesSubject, madeWithin, type RecentChanges } from './stock/change-budget.ts';
export {
  type BookingDecision,
  type BookingNow,
  type EventDecision,
  type EventNow,
  type Holding,
  type LockedRows,
  type Outcome,
  type StockDecision,
  settle,
  type Writes,
} from './stock/settlement.ts';
