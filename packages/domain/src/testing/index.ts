/** For tests of the domain, and of code that implements its ports. */

export { fakePasswords, fakeTokens, type InMemoryPorts, inMemoryPorts } from '../memory/index.ts';
export { aBooking, anEvent, anId, aUser, NOW } from './builders.ts';
export { changeBudgetContract } from './change-budget.contract.ts';
export { type EveryUseCase, everyUseCase, inMemoryPlatform } from './in-memory-platform.ts';
export { inMemoryStore, laggingInMemoryStore, READ_LAG_MS } from './lagging-store.ts';
export { passwordHasherContract } from './password-hasher.contract.ts';
export { LOCKED, OPEN } from './policies.ts';
export { answerOf, answersOf, as, OPERATOR, type Rows, refOf, rowsOf, type Store, type StorePorts, times, unwrapped } from './store.ts';
export { type TokenServices, tokenServiceContract } from './token-service.contract.ts';
