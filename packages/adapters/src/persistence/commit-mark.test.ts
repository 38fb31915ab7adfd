import { Unavailable } from '@ticket/domain';
import { rowsOf } from '@ticket/domain/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { engines, secondsAgo } from '../../../../tests/engines.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';
import type { Database } from './database.ts';
import { LibsqlConnection } from './dialects/sqlite-connection.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe.each(engines)('the marks of transactions, %s', (engine) => {
  let opened: Awaited<ReturnType<typeof openContainer>>;
  let database: Database;
  beforeEach(async () => {
    opened = await openContainer(engine);
    database = opened.container.get(TOKENS.database);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await opened.close();
  });

  const marks = async () => (await database.query<{ id: string }>('SELECT id FROM commits ORDER BY id')).map(({ id }) => id);
  it('are one for each transaction that writes, and none for one that refuses or changes nothing', async () => {
    const rows = rowsOf(portsOf(opened.container));
    const event = await rows.event({ totalTickets: 2, availableTickets: 2 });
    const { id: userId } = await rows.user();
    const before = (await marks()).length;
    const booking = await rows.book(event, { userId, quantity: 2 });
    await rows.setStatus(booking, 'pending');
    expect((await marks()).length).toBe(before + 2);
    await rows.book(event, { userId }).catch(() => undefined);
    await rows.setStatus(booking, 'pending');
    await rows.edit(event, {});
    expect((await marks()).length).toBe(before + 2);
  });

  it('are swept after a day, and not before, whatever a server’s clock says', async () => {
    const atAge = async (ageMs: number) => {
      const made = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - ageMs);
      await database.markedTransaction(async () => ({ result: undefined, hasWritten: true }));
      made.mockRestore();
    };
    await database.transaction((manager) => manager.query('DELETE FROM commits'));
    await atAge(2 * DAY_MS); // by an id that is two days old, of a server whose clock is wrong: the database’s says that it is new
    await atAge(0);
    const [oldest, newest] = await marks();
    expect(await database.sweepMarks()).toBe(0);
    const dayAgo = secondsAgo(engine, 86_401);
    await database.transaction((manager) => manager.query(`UPDATE commits SET at = ${dayAgo}`));
    expect([await database.sweepMarks(), await marks()]).toEqual([1, [newest]]);
    expect(oldest).not.toBe(newest);
  });

  it('are swept in steps, all that are old', async () => {
    const old = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 2 * DAY_MS);
    for (let n = 0; n < 5; n++) await database.markedTransaction(async () => ({ result: undefined, hasWritten: true }));
    old.mockRestore();
    await database.transaction((manager) => manager.query("UPDATE commits SET at = '2020-01-01 00:00:00.000'"));
    expect([await database.sweepMarks({ stepRows: 2 }), await marks()]).toEqual([5, []]);
  });
});

describe('a lost COMMIT that is an hour old', () => {
  it('is not known, rather than done again: its mark may have been swept', async () => {
    const { container, close } = await openContainer('sqlite');
    const database = container.get(TOKENS.database);
    const now = Date.now();
    const { commit } = LibsqlConnection.prototype;
    vi.spyOn(LibsqlConnection.prototype, 'commit').mockImplementationOnce(async function (this: LibsqlConnection) {
      await commit.call(this);
      vi.spyOn(Date, 'now').mockReturnValue(now + DAY_MS / 20); // the process was stopped
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' });
    });
    let tries = 0;
    const done = database.markedTransaction(async () => ({ result: ++tries, hasWritten: true })).catch((error: unknown) => error);
    expect(await done).toBeInstanceOf(Unavailable);
    expect(await done).toMatchObject({ outcome: 'unknown' });
    expect(tries).toBe(1);
    vi.restoreAllMocks();
    await close();
  });
});
