import { expect, it } from 'vitest';
import { inMemoryPlatform } from '../testing/in-memory-platform.ts';
import { LOCKED } from '../testing/policies.ts';
import { answerOf, as } from '../testing/store.ts';

it('refuses filters of users that no index serves together', async () => {
  const { useCases, admin } = await inMemoryPlatform();
  const fieldsOf = (request: object) =>
    useCases.listUsers(as(admin), request).then(
      () => [],
      (error: { details: { faults: { field: string }[] } }) => error.details.faults.map(({ field }) => field),
    );
  const modifiedSince = new Date(0);
  expect(await fieldsOf({ role: 'user', total: true, offset: 1 })).toEqual([]);
  expect(await fieldsOf({ role: 'user', search: 'sari' })).toEqual([]);
  expect(await fieldsOf({ search: 'sari', total: true, offset: 1 })).toEqual(['total', 'offset']);
  expect(await fieldsOf({ modifiedSince, role: 'user', search: 'sari', total: true })).toEqual(['role', 'search', 'total']);
  expect([await fieldsOf({ search: ' … ' }), await fieldsOf({ search: 'a'.repeat(101) })]).toEqual([['search'], ['search']]);
});

it('finds users by the beginnings of words, and searches for nobody who may not list', async () => {
  const { useCases, rows, admin, sari } = await inMemoryPlatform({ ...LOCKED });
  await rows.user({ name: 'Élodie Straße', email: 'elodie@mail.test' });
  const found = async (search: string) => {
    const names: string[] = [];
    for await (const part of (await useCases.listUsers(as(admin), { search })).parts) names.push(...part.map(({ name }) => name));
    return names;
  };
  expect(await found('strass ELO')).toEqual(['Élodie Straße']);
  expect(await found('elodie@mail.test')).toEqual(['Élodie Straße']);
  expect(await found('lodie')).toEqual([]);
  for (const search of ['elodie', 'a'.repeat(101)]) expect(await answerOf(useCases.listUsers(as(sari), { search }))).toBe('forbidden');
});
