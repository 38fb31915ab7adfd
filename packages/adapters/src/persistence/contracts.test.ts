import {
  bookingRepositoryContract,
  brokenDecisionsContract,
  conservationProperty,
  eventRepositoryContract,
  idempotencyContract,
  queriesContract,
  rateLimitStoreContract,
  type Store,
  stockQueriesContract,
  userRepositoryContract,
} from '@ticket/domain/testing';
import { engines } from '../../../../tests/engines.ts';
import { openStore } from '../../../../tests/open-store.ts';

/** Every promise of a port, on every engine; the same suites run on the in-memory ports. */
for (const engine of engines) {
  const open = (): Promise<Store> => openStore(engine);
  eventRepositoryContract(engine, open);
  bookingRepositoryContract(engine, open);
  userRepositoryContract(engine, open);
  brokenDecisionsContract(engine, open);
  idempotencyContract(engine, open);
  rateLimitStoreContract(engine, open);
  queriesContract(engine, open);
  stockQueriesContract(engine, open);
  conservationProperty(engine, open, { runs: 30 });
}
