import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '@ticket/domain';
import { rowsOf, times } from '@ticket/domain/testing';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { engines } from '../../../../tests/engines.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';

const BATCH = 64;
/** The booking for so many tickets is the one that the database does not take. */
const CULPRIT = 7;
const FOREVER = 1_000_000;

/**
 * The server itself fails the statement with the error number: a trigger signals it as often as a table says that knows no
 * transactions, so that what it counts outlives the rollback.
 */
describe.runIf(engines.includes('mysql'))('a batch of which one booking fails with', () => {
  let opened: Awaited<ReturnType<typeof openContainer>>;
  let neighbour: Connection;
  beforeAll(async () => {
    opened = await openContainer('mysql');
    const { database } = opened.container.get(TOKENS.config);
    if (database.engine !== 'mysql') throw new Error('not on MySQL');
    const { host, port, user, password, database: name } = database;
    neighbour = await createConnection({ host, port, user, password, database: name });
    await neighbour.query('CREATE TABLE injected (errno int NOT NULL, failures int NOT NULL, tries int NOT NULL) ENGINE=MyISAM');
    await neighbour.query('INSERT INTO injected VALUES (0, 0, 0)');
    await neighbour.query(`CREATE TRIGGER failing BEFORE INSERT ON bookings FOR EACH ROW BEGIN
      DECLARE number int; DECLARE remaining int;
      IF NEW.quantity = ${CULPRIT} THEN
        UPDATE injected SET tries = tries + 1, failures = failures - 1;
        SELECT errno, failures INTO number, remaining FROM injected;
        IF remaining >= 0 THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = number, MESSAGE_TEXT = 'injected'; END IF;
      END IF;
    END`);
  });
  afterAll(async () => {
    await neighbour.end();
    await opened.close();
  });
  beforeEach(() => neighbour.query('UPDATE injected SET failures = 0, tries = 0'));

  /** Books as many as a batch holds, at once; the 38th is the culprit. What each heard, and what is stored. */
  async function bookWhile(errno: number, failures: number) {
    const rows = rowsOf(portsOf(opened.container));
    const event = await rows.event({ totalTickets: 1000, availableTickets: 1000 });
    const { id: userId } = await rows.user();
    await neighbour.query('UPDATE injected SET errno = ?, failures = ?', [errno, failures]);
    const answers = await Promise.allSettled(times(BATCH, (index) => rows.book(event, { userId, quantity: index === 37 ? CULPRIT : 1 })));
    const [found] = await neighbour.query('SELECT tries FROM injected');
    const stored = await rows.bookingRows(userId);
    const booked = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    return {
      tries: Number(JSON.parse(JSON.stringify(found))[0].tries),
      failed: answers.flatMap((answer, index) => (answer.status === 'rejected' ? [[index, answer.reason] as const] : [])),
      // Each who heard of a booking has it, and nobody has one that he did not hear of.
      exact:
        JSON.stringify(booked.map(({ id }) => id).sort()) === JSON.stringify(stored.map(({ id }) => id).sort()) &&
        1000 - stored.reduce((sum, { quantity }) => sum + quantity, 0) === (await rows.available(event)),
    };
  }

  it('a deadlock, again and again: who came meanwhile for other events has no part in it', async () => {
    const rows = rowsOf(portsOf(opened.container));
    const { id: userId } = await rows.user();
    const event = await rows.event();
    const others = await Promise.all(times(20, () => rows.event()));
    await neighbour.query('UPDATE injected SET errno = 1213, failures = ?', [FOREVER]);
    const culprit = rows.book(event, { userId, quantity: CULPRIT }).catch((error: unknown) => error);
    await sleep(100); // it is being run again
    const neighbours = await Promise.allSettled(others.map((other) => rows.book(other, { userId })));
    expect(await culprit).toBeInstanceOf(Unavailable);
    expect(neighbours.map(({ status }) => status)).toEqual(others.map(() => 'fulfilled'));
  });

  it.each([
    [1213, 'a deadlock'],
    [1205, 'a lock wait'],
    [1020, 'a row that changed'],
    [3572, 'NOWAIT'],
    [3101, 'a lost certification'],
    [9007, 'TiDB, a write conflict'],
    [8002, 'TiDB, a locking conflict'],
    [8022, 'TiDB, a failed commit'],
    [8028, 'TiDB, a changed schema'],
    [1047, 'a node without a quorum'],
    [1053, 'a shutdown'],
    [1290, 'read-only'],
    [1836, 'read-only mode'],
    [3100, 'a member that refuses'],
  ])('%i (%s), twice: is run again whole, and everybody has his booking', async (errno) => {
    const { failed, exact, tries } = await bookWhile(errno, 2);
    expect([failed, exact, tries]).toEqual([[], true, 3]);
  });

  it.each([
    [4025, 'a CHECK that does not hold'],
    [1264, 'a number out of range'],
    [1406, 'a text too long'],
  ])('%i (%s), always: is halved until it stands alone, and its neighbours have their bookings', async (errno) => {
    const { failed, exact, tries } = await bookWhile(errno, FOREVER);
    expect([failed.map(([index]) => index), exact]).toEqual([[37], true]);
    expect(tries).toBeLessThanOrEqual(1 + Math.log2(BATCH));
  });

  it.each([
    [1030, 'the storage engine’s'],
    [1153, 'a packet too large'],
    [1665, 'a binlog that cannot take it'],
    [9999, 'a number that nobody knows'],
  ])('%i (%s), always: it alone hears that nothing was stored, and its neighbours have their bookings', async (errno) => {
    const { failed, exact } = await bookWhile(errno, FOREVER);
    expect(failed.map(([index]) => index)).toEqual([37]);
    for (const [, reason] of failed)
      expect(reason).toMatchObject({ name: 'Unavailable', outcome: 'not_done', message: expect.stringContaining(String(errno)) });
    expect(exact).toBe(true);
  });

  it('1452 (what it refers to is gone), always: it alone fails, and is decided once more', async () => {
    const { failed, exact, tries } = await bookWhile(1452, FOREVER);
    expect([failed.map(([index]) => index), exact]).toEqual([[37], true]);
    expect(tries).toBeLessThanOrEqual(2 + Math.log2(BATCH));
  });

  it('1452, once, when it stands alone: has his booking', async () => {
    const halvings = 1 + Math.log2(BATCH);
    const { failed, exact } = await bookWhile(1452, halvings);
    expect([failed, exact]).toEqual([[], true]);
  });

  it.each([
    [1114, 'a full table'],
    [1021, 'a full disk'],
  ])('%i (%s): nobody is stored, and each is told so, to come later', async (errno) => {
    const { failed, exact } = await bookWhile(errno, FOREVER);
    expect(failed.length).toBeGreaterThanOrEqual(BATCH - 1); // the first may have gone alone
    for (const [, reason] of failed) expect(reason).toMatchObject({ name: 'Unavailable', outcome: 'not_done', retryAfterSeconds: 10 });
    expect(exact).toBe(true);
  });

  it('1213, always: is given up within its time, nothing stored', async () => {
    const { failed, exact } = await bookWhile(1213, FOREVER);
    expect(failed.length).toBeGreaterThanOrEqual(BATCH - 1);
    for (const [, reason] of failed) expect(reason).toBeInstanceOf(Unavailable);
    expect(exact).toBe(true);
  });
});
