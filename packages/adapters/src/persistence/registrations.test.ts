import { createAccountUseCases } from '@ticket/domain/accounts';
import { anId, answersOf, inMemoryPorts, times } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../../../tests/engines.ts';
import { openStore } from '../../../../tests/open-store.ts';

/** Passwords and accounts are in memory: what is counted, and how it interleaves, is the engine's. */
describe.each(engines)('registrations of one address that come together, %s', (engine) => {
  let store: Awaited<ReturnType<typeof openStore>>;
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());

  const together = async (count: number) => {
    const { registerUser } = createAccountUseCases(inMemoryPorts({ rateLimitStore: store.ports.rateLimitStore }));
    const from = [{ name: anId(), isShared: false }];
    const register = (index: number) =>
      registerUser({ actor: 'anonymous' }, { name: 'Ani', email: `a${index}@example.com`, password: 'kereta-malam-9' }, from);
    return { register, answers: await answersOf(times(count, register)) };
  };

  it.each([1, 10, 20])('are all answered when they are %i', async (count) => {
    expect((await together(count)).answers).toEqual(times(count, () => 'done'));
  });

  it('are 20 when they are 212, and none is let in later', async () => {
    const { answers, register } = await together(212);
    expect(answers.filter((answer) => answer !== 'too_many_registrations')).toHaveLength(20);
    expect(await answersOf([register(300)])).toEqual(['too_many_registrations']);
  });
});
