/** For tests of the domain, and of code that implements its ports. */

export { fakePasswords, fakeTokens, type InMemoryPorts, inMemoryPorts } from '../memory/index.ts';
export { bookingRepositoryContract } from './booking-repository.contract.ts';
export { brokenDecisionsContract } from './broken-decisions.contract.ts';
export { aBooking, anEvent, anId, aUser, NOW } from './builders.ts';
export { changeBudgetContract } from './change-budget.contract.ts';
export { conservationProperty } from './conservation.contract.ts';
export { eventRepositoryContract } from './event-repository.contract.ts';
export { idempotencyContract } from './idempotency.contract.ts';
export { type EveryUseCase, everyUseCase, inMemoryPlatform } from './in-memory-platform.ts';
export { inMemoryStore, laggingInMemoryStore, READ_LAG_MS } from './lagging-store.ts';
export { passwordHasherContract } from './password-hasher.contract.ts';
export { LOCKED, OPEN } from './policies.ts';
export { queriesContract } from './queries.contract.ts';
export { rateLimitStoreContract } from './rate-limit-store.contract.ts';
export { stockQueriesContract } from './stock-queries.contract.ts';
export { answerOf, answersOf, as, OPERATOR, type Rows, refOf, rowsOf, type Store, type StorePorts, times, unwrapped } from './store.ts';
export { type TokenServices, tokenServiceContract } from './token-service.contract.ts';
export { userRepositoryContract } from './user-repository.contract.ts';
export { inMemoryStoreWithoutAccounts, vouchingStore } from './vouching-store.ts';
