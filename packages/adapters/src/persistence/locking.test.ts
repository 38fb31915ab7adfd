import { rowsOf, times } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../../../tests/engines.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';
import { lockRows } from './locking.ts';
import { ACTOR_COLUMNS, type ActorColumns } from './rows.ts';
import { userSchema } from './schemas.ts';

describe.each(engines)('rows locked on %s', (engine) => {
  let store: Awaited<ReturnType<typeof openContainer>>;
  beforeAll(async () => {
    store = await openContainer(engine);
  });
  afterAll(() => store.close());

  // SQLite takes 32,766 values in a statement: more than half of them cannot be filled up to a power of two.
  it.each([1, 3, 256, 257, 20_000])('among %i ids are those that are there, each once', async (count) => {
    const { id } = await rowsOf(portsOf(store.container)).user();
    const ids = [id, ...times(count - 1, (n) => `nobody ${n}`)].toSorted();
    const database = store.container.get(TOKENS.database);
    const locked = await database.transaction((manager) => lockRows<ActorColumns>(database.dialect, manager, userSchema, ACTOR_COLUMNS, ids));
    expect(locked.map((row) => row.id)).toEqual([id]);
  });
});
