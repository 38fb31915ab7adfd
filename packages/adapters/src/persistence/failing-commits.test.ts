import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '@ticket/domain';
import { rowsOf } from '@ticket/domain/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';
import { LibsqlConnection } from './dialects/sqlite-connection.ts';

/** The disk fails when SQLite syncs its log: the log may hold the whole transaction all the same, and a restart find it. */
describe('a COMMIT on SQLite that fails with the disk', () => {
  let opened: Awaited<ReturnType<typeof openContainer>>;
  beforeEach(async () => {
    opened = await openContainer('sqlite');
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await opened.close();
  });

  /** So many COMMITs fail from now on, after the engine did what `instead` says. */
  function failCommits(failures: number, instead: 'COMMIT' | 'ROLLBACK'): void {
    const { commit } = LibsqlConnection.prototype;
    let left = failures;
    vi.spyOn(LibsqlConnection.prototype, 'commit').mockImplementation(async function (this: LibsqlConnection) {
      if (left-- <= 0) return commit.call(this);
      this.prepare(instead).run();
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' });
    });
  }

  async function bookTwo() {
    const rows = rowsOf(portsOf(opened.container));
    const event = await rows.event({ totalTickets: 10, availableTickets: 10 });
    const { id: userId } = await rows.user();
    return {
      book: () => rows.book(event, { userId, quantity: 2 }),
      stored: async () => {
        const [row] = await opened.container.get(TOKENS.database).query<{ bookings: number }>('SELECT COUNT(*) AS bookings FROM bookings');
        const [stock] = await portsOf(opened.container).stockQueries.find(event.id);
        return [row?.bookings, stock?.event?.availableTickets];
      },
    };
  }

  it.each(['COMMIT', 'ROLLBACK'] as const)('once, when what was stored is a %s: found out, and booked once', async (instead) => {
    const { book, stored } = await bookTwo();
    failCommits(1, instead);
    expect((await book()).quantity).toBe(2);
    expect(await stored()).toEqual([1, 8]);
  });

  it('again and again: nobody hears that nothing was stored', async () => {
    const { book } = await bookTwo();
    failCommits(Number.POSITIVE_INFINITY, 'ROLLBACK');
    const error: unknown = await book().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({ outcome: 'unknown' });
  });

  it('after longer than any try may take: it is found out, and no other transaction is rolled back with it', async () => {
    const database = opened.container.get(TOKENS.database);
    const name = (letter: string) => `INSERT INTO guards (name, version) VALUES ('${letter}', 0)`;
    vi.spyOn(LibsqlConnection.prototype, 'commit').mockImplementationOnce(async function (this: LibsqlConnection) {
      await sleep(5500);
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' });
    });
    const failing = database.markedTransaction(async (manager) => ({ result: await manager.query(name('first')), hasWritten: true }));
    await sleep(1000); // the other one waits for its turn, and not so long that it is refused
    const other = database.transaction(async (manager) => {
      await manager.query(name('a'));
      await sleep(1000); // the failing one comes to its end meanwhile, if it has been given up
      await manager.query(name('b'));
    });
    await Promise.all([failing, other]);
    const stored = await database.query<{ name: string }>("SELECT name FROM guards WHERE name <> 'admins' ORDER BY name");
    expect(stored.map((row) => row.name)).toEqual(['a', 'b', 'first']);
  });
});
