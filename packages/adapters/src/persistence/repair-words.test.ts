import { rowsOf } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../../../tests/engines.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';
import { repairWords } from './repair-words.ts';

describe.each(engines)('words on %s that a program of an earlier version left behind', (engine) => {
  let store: Awaited<ReturnType<typeof openContainer>>;
  beforeAll(async () => {
    store = await openContainer(engine);
  });
  afterAll(() => store.close());

  it('fit their rows after a repair, and so do the keys of names, and rows that fit are not written', async () => {
    const ports = portsOf(store.container);
    const database = store.container.get(TOKENS.database);
    const rows = rowsOf(ports);
    const { id: organizerId } = await rows.user({ role: 'admin', name: 'Ibu Ani' });
    const [edited, found] = [await rows.event({ organizerId, name: 'Wayang' }), await rows.event({ organizerId, name: 'Zebra' })];
    const user = await rows.user({ name: 'Sari Lama' });
    const run = (sql: string, parameters: unknown[]) => database.transaction((manager) => manager.query(sql, parameters));
    await run('UPDATE events SET name = ? WHERE id = ?', ['Ärger 🎉', edited.id]);
    await run('UPDATE users SET name = ? WHERE id = ?', ['Sari Baru', user.id]);
    expect(await repairWords(database)).toBe(2);
    const page = { offset: 0, limit: 9 };
    const events = async (filter: object) => (await ports.eventQueries.list({ ...page, ...filter })).rows.map(({ id }) => id);
    const users = async (words: string[]) => (await ports.userQueries.list({ ...page, words })).rows.map(({ id }) => id);
    expect([await events({ words: ['arger', '🎉'] }), await events({ words: ['wayang'] }), await events({ order: 'name' })]).toEqual([
      [edited.id],
      [],
      [edited.id, found.id],
    ]);
    expect([await users(['baru']), await users(['lama'])]).toEqual([[user.id], []]);
    expect(await repairWords(database)).toBe(0);
  });
});
