import { expect, it } from 'vitest';
import { fakePasswords, fakeTokens } from '../memory/index.ts';
import { bookingRepositoryContract } from './booking-repository.contract.ts';
import { brokenDecisionsContract } from './broken-decisions.contract.ts';
import { aBooking, anEvent, anId } from './builders.ts';
import { changeBudgetContract } from './change-budget.contract.ts';
import { conservationProperty } from './conservation.contract.ts';
import { eventRepositoryContract } from './event-repository.contract.ts';
import { idempotencyContract } from './idempotency.contract.ts';
import { inMemoryStore, laggingInMemoryStore } from './lagging-store.ts';
import { passwordHasherContract } from './password-hasher.contract.ts';
import { queriesContract } from './queries.contract.ts';
import { rateLimitStoreContract } from './rate-limit-store.contract.ts';
import { stockQueriesContract } from './stock-queries.contract.ts';
import { answersOf, OPERATOR, rowsOf } from './store.ts';
import { tokenServiceContract } from './token-service.contract.ts';
import { userRepositoryContract } from './user-repository.contract.ts';
import { inMemoryStoreWithoutAccounts } from './vouching-store.ts';

eventRepositoryContract('memory', inMemoryStore);
bookingRepositoryContract('memory', inMemoryStore);
userRepositoryContract('memory', inMemoryStore);
brokenDecisionsContract('memory', inMemoryStore);
idempotencyContract('memory', inMemoryStore);
rateLimitStoreContract('memory', inMemoryStore);
queriesContract('memory', inMemoryStore);
stockQueriesContract('memory', inMemoryStore);
changeBudgetContract('memory', (policy, clock) => inMemoryStore({ policy, clock }));
tokenServiceContract('the fake', async () => ({
  tokens: fakeTokens(),
  stranger: fakeTokens(),
  misdirected: async ({ id, tokenVersion }) => ['refresh', 'invitation'].map((purpose) => `${purpose}-of.${id}.${tokenVersion}.0`),
}));
passwordHasherContract('the fake', async () => ({ passwords: fakePasswords({ cost: 2 }), cheaper: fakePasswords() }));
conservationProperty('memory', inMemoryStore, { runs: 100 });

const lagging = 'memory whose reads lag';
eventRepositoryContract(lagging, laggingInMemoryStore);
bookingRepositoryContract(lagging, laggingInMemoryStore);
userRepositoryContract(lagging, laggingInMemoryStore);
brokenDecisionsContract(lagging, laggingInMemoryStore);
idempotencyContract(lagging, laggingInMemoryStore);
rateLimitStoreContract(lagging, laggingInMemoryStore);
changeBudgetContract(lagging, (policy, clock) => laggingInMemoryStore({ policy, clock }));
conservationProperty(lagging, laggingInMemoryStore, { runs: 100 });

const without = 'memory without accounts';
eventRepositoryContract(without, inMemoryStoreWithoutAccounts, { hasAccounts: false });
bookingRepositoryContract(without, inMemoryStoreWithoutAccounts, { hasAccounts: false });
brokenDecisionsContract(without, inMemoryStoreWithoutAccounts);
idempotencyContract(without, inMemoryStoreWithoutAccounts, { hasAccounts: false });
queriesContract(without, inMemoryStoreWithoutAccounts, { hasAccounts: false });
stockQueriesContract(without, inMemoryStoreWithoutAccounts);
changeBudgetContract(without, (policy, clock) => inMemoryStoreWithoutAccounts({ policy, clock }));
conservationProperty(without, inMemoryStoreWithoutAccounts, { runs: 100 });

it('memory names a decision that returns something else when it runs again', async () => {
  const { ports } = await inMemoryStore();
  const rows = rowsOf(ports);
  const [event, user] = [await rows.event(), await rows.user()];
  const plan = anEvent({ organizerId: user.id });
  const fickle = [
    ports.events.reserveTickets(event.id, OPERATOR, () => aBooking({ eventId: event.id, userId: user.id })),
    ports.events.change(plan.id, OPERATOR, () => ({ ...plan, name: anId() })),
  ];
  for (const answer of await answersOf(fickle)) expect(answer).toContain('the same when it runs again');
  expect([await rows.available(event), await ports.eventQueries.count()]).toEqual([10, 1]);
});
