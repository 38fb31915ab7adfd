/** For authors of adapters: `settle()`, which decides a batch on locked rows, and the types of the ports. */

export { type Actor, actorNow, rowNeededBy, type SignedInRow, userIdOf } from './requests/actor.ts';
export type { RepositoryContext } from './requests/context.ts';
export { firstAnswer, type IdempotencyRecord, KEPT_MS, ownerOf, type RequestKey } from './requests/idempotency.ts';
export { endOfLongestWindow, endOfWindow, type RateCount } from './requests/rate-counts.ts';
export { nameKey } from './requests/words.ts';
export { placeOf, searchedWordsOf } from './selling/list-filters.ts';
export type { StockFacts } from './stock/audit.ts';
export { type ChangeBudget, changesSubject, madeWithin, type RecentChanges } from './stock/change-budget.ts';
export type {
  BookingDecision,
  BookingState,
  EventDecision,
  EventState,
  Holding,
  LockedRows,
  Outcome,
  StockDecision,
  Writes,
} from './stock/decisions.ts';
export { settle } from './stock/settlement.ts';
