import { expect, it } from 'vitest';
import { fakePasswords, fakeTokens } from '../memory/index.ts';
import { aBooking, anEvent, anId } from './builders.ts';
import { changeBudgetContract } from './change-budget.contract.ts';
import { inMemoryStore, laggingInMemoryStore } from './lagging-store.ts';
import { passwordHasherContract } from './password-hasher.contract.ts';
import { answersOf, OPERATOR, rowsOf } from './store.ts';
import { tokenServiceContract } from './token-service.contract.ts';
import { inMemoryStoreWithoutAccounts } from './vouching-store.ts';

changeBudgetContract('memory', (policy, clock) => inMemoryStore({ policy, clock }));
tokenServiceContract('the fake', async () => ({
  tokens: fakeTokens(),
  stranger: fakeTokens(),
  misdirected: async ({ id, tokenVersion }) => ['refresh', 'invitation'].map((purpose) => `${purpose}-of.${id}.${tokenVersion}.0`),
}));
passwordHasherContract('the fake', async () => ({ passwords: fakePasswords({ cost: 2 }), cheaper: fakePasswords() }));

const lagging = 'memory whose reads lag';
changeBudgetContract(lagging, (policy, clock) => laggingInMemoryStore({ policy, clock }));

const without = 'memory without accounts';
changeBudgetContract(without, (policy, clock) => inMemoryStoreWithoutAccounts({ policy, clock }));

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
  expect([await rows.available(event), await ports.eventQueries.count({})]).toEqual([10, 1]);
});
