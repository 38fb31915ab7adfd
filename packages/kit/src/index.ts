/** Laws for stores of tickets: `laws(openStore, { level })` for a test runner, `prove(openStore, { level })` without one; `proveServer([url])` for a running server. */

export { arbitraries } from './arbitraries.ts';
export { aBooking, anEvent, anId, aUser, NOW } from './builders.ts';
export { type ProveServerOptions, proveServer } from './http/prove-server.ts';
export { BrokenLaw, type Law, NotProved } from './law.ts';
export { memoryStore } from './memory-store.ts';
export { type LawOptions, type LawResult, laws, type ProveOptions, prove, type Report } from './prove.ts';
export { beginSale, type RunningSale } from './running-sale.ts';
export type { Step } from './sale-model.ts';
export {
  CAPABILITIES,
  type Capability,
  FAULTS,
  type Fault,
  LEVELS,
  type Level,
  type OpenStore,
  type Store,
  type StoredRows,
  UnfitStore,
} from './store.ts';
