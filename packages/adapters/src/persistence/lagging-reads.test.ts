import {
  bookingRepositoryContract,
  conservationProperty,
  eventRepositoryContract,
  idempotencyContract,
  rateLimitStoreContract,
  type Store,
  userRepositoryContract,
} from '@ticket/domain/testing';
import { engines } from '../../../../tests/engines.ts';
import { openLaggingStore } from '../../../../tests/lagging-store.ts';

/** What a store reads plainly may lag behind what it committed, and no promise but read-your-writes rests on it. */
for (const engine of engines) {
  const name = `${engine} whose reads lag`;
  const open = (): Promise<Store> => openLaggingStore(engine);
  eventRepositoryContract(name, open);
  bookingRepositoryContract(name, open);
  userRepositoryContract(name, open);
  idempotencyContract(name, open);
  rateLimitStoreContract(name, open);
  conservationProperty(name, open, { runs: 10 });
}
