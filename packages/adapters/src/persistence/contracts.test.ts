import {
  bookingRepositoryContract,
  conservationProperty,
  eventRepositoryContract,
  idempotencyContract,
  queriesContract,
  rateCountsContract,
  type Store,
  stockQueriesContract,
  userRepositoryContract,
} from '@ticket/domain/testing';
import { engines } from '../../../../tests/engines.ts';
import { openLaggingStore } from '../../../../tests/lagging-store.ts';
import { openStore } from '../../../../tests/open-store.ts';

/** Every promise of a port, on every engine; the same suites run on the in-memory ports. */
for (const engine of engines) {
  const open = (): Promise<Store> => openStore(engine);
  eventRepositoryContract(engine, open);
  bookingRepositoryContract(engine, open);
  userRepositoryContract(engine, open);
  idempotencyContract(engine, open);
  rateCountsContract(engine, open);
  queriesContract(engine, open);
  stockQueriesContract(engine, open);
  conservationProperty(engine, open, { runs: 30 });
}

/** What a store reads plainly may lag behind what it committed, and no promise but read-your-writes rests on it. */
for (const engine of engines) {
  const name = `${engine} whose reads lag`;
  const open = (): Promise<Store> => openLaggingStore(engine);
  eventRepositoryContract(name, open);
  bookingRepositoryContract(name, open);
  userRepositoryContract(name, open);
  idempotencyContract(name, open);
  rateCountsContract(name, open);
  conservationProperty(name, open, { runs: 10 });
}
