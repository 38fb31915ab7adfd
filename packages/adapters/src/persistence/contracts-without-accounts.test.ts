import {
  bookingRepositoryContract,
  brokenDecisionsContract,
  conservationProperty,
  eventRepositoryContract,
  idempotencyContract,
  queriesContract,
  type Store,
  stockQueriesContract,
} from '@ticket/domain/testing';
import { engines } from '../../../../tests/engines.ts';
import { openStoreWithoutAccounts } from '../../../../tests/open-store.ts';

/** Every promise of selling holds without accounts too, except for those on the rows of users. */
for (const engine of engines) {
  const [name, open] = [`${engine} without accounts`, (): Promise<Store> => openStoreWithoutAccounts(engine)];
  const hasAccounts = false;
  eventRepositoryContract(name, open, { hasAccounts });
  bookingRepositoryContract(name, open, { hasAccounts });
  brokenDecisionsContract(name, open);
  idempotencyContract(name, open, { hasAccounts });
  queriesContract(name, open, { hasAccounts });
  stockQueriesContract(name, open);
  conservationProperty(name, open, { runs: 30 });
}
