import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '@ticket/domain';
import { rowsOf, times } from '@ticket/domain/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { servers } from '../../../../tests/engines.ts';
import { type Neighbour, neighbourOf } from '../../../../tests/neighbour.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';
import { NO_MEASURES } from '../measures.ts';

const BATCH = 64;
/** The booking for so many tickets is the one that the database does not take. */
const CULPRIT = 7;
const FOREVER = 1_000_000;

/**
 * The server itself fails the statement with the error: a trigger raises it as often as it was told. What it counts outlives the rollback, since
 * it is kept where there are no transactions.
 */
const INJECTION = {
  mysql: {
    make: [
      'CREATE TABLE injected (errno int NOT NULL, failures int NOT NULL, tries int NOT NULL) ENGINE=MyISAM',
      'INSERT INTO injected VALUES (0, 0, 0)',
      `CREATE TRIGGER failing BEFORE INSERT ON bookings FOR EACH ROW BEGIN
         DECLARE number int; DECLARE remaining int;
         IF NEW.quantity = ${CULPRIT} THEN
           UPDATE injected SET tries = tries + 1, failures = failures - 1;
           SELECT errno, failures INTO number, remaining FROM injected;
           IF remaining >= 0 THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = number, MESSAGE_TEXT = 'injected'; END IF;
         END IF;
       END`,
    ],
    set: (error: string, failures: number) => [`UPDATE injected SET errno = ${error}, failures = ${failures}, tries = 0`],
    tries: 'SELECT tries FROM injected',
  },
  postgres: {
    make: [
      'CREATE TABLE injected (state text NOT NULL, failures int NOT NULL)',
      "INSERT INTO injected VALUES ('', 0)",
      'CREATE SEQUENCE injected_tries MINVALUE 0 START 0',
      `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.quantity = ${CULPRIT} AND nextval('injected_tries') <= (SELECT failures FROM injected) THEN
           RAISE EXCEPTION 'injected' USING ERRCODE = (SELECT state FROM injected);
         END IF;
         RETURN NEW;
       END $$`,
      'CREATE TRIGGER failing BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION fail()',
    ],
    set: (error: string, failures: number) => [
      `UPDATE injected SET state = '${error}', failures = ${failures}`,
      "SELECT setval('injected_tries', 0)",
    ],
    tries: 'SELECT last_value AS tries FROM injected_tries',
  },
};

/** Errors by what has to come of them, as each server says them. */
const ERRORS: Readonly<
  Record<keyof typeof INJECTION, Record<'again' | 'halved' | 'unforeseen' | 'full' | 'gone', readonly (readonly [string, string])[]>>
> = {
  mysql: {
    again: [
      ['1213', 'a deadlock'],
      ['1205', 'a lock wait'],
      ['1020', 'a row that changed'],
      ['3572', 'NOWAIT'],
      ['3101', 'a lost certification'],
      ['9007', 'TiDB, a write conflict'],
      ['8002', 'TiDB, a locking conflict'],
      ['8022', 'TiDB, a failed commit'],
      ['8028', 'TiDB, a changed schema'],
      ['1047', 'a node without a quorum'],
      ['1053', 'a shutdown'],
      ['1290', 'read-only'],
      ['1836', 'read-only mode'],
      ['3100', 'a member that refuses'],
    ],
    halved: [
      ['4025', 'a CHECK that does not hold'],
      ['1264', 'a number out of range'],
      ['1406', 'a text too long'],
    ],
    unforeseen: [
      ['1030', 'the storage engine’s'],
      ['1153', 'a packet too large'],
      ['1665', 'a binlog that cannot take it'],
      ['9999', 'a number that nobody knows'],
    ],
    full: [
      ['1114', 'a full table'],
      ['1021', 'a full disk'],
    ],
    gone: [['1452', 'what it refers to is gone']],
  },
  postgres: {
    again: [
      ['40P01', 'a deadlock'],
      ['40001', 'a serialization failure'],
      ['40000', 'a rollback'],
      ['55P03', 'a lock wait'],
      ['57014', 'a statement that somebody cancelled'],
      ['25006', 'read-only'],
      ['53200', 'no memory'],
      ['57P03', 'a server that starts'],
    ],
    halved: [
      ['23514', 'a CHECK that does not hold'],
      ['22003', 'a number out of range'],
      ['22001', 'a text too long'],
      ['42703', 'a column that is not there'],
    ],
    unforeseen: [
      ['XX000', 'an inner error'],
      ['P0001', 'a trigger’s own'],
      ['54000', 'a limit of the program'],
      ['99999', 'a state that nobody knows'],
    ],
    full: [['53100', 'a full disk']],
    gone: [
      ['23503', 'what it refers to is gone'],
      ['23001', 'the same, from version 18 on'],
    ],
  },
};

describe.each(servers)('a batch of which one booking fails, on %s, with', (engine) => {
  const { make, set, tries: triesSoFar } = INJECTION[engine];
  const errors = ERRORS[engine];
  const [[deadlock]] = errors.again as [readonly [string, string]];
  let opened: Awaited<ReturnType<typeof openContainer>>;
  let neighbour: Neighbour;
  const retries: string[] = [];
  const inject = async (error: string, failures: number) => {
    for (const statement of set(error, failures)) await neighbour.query(statement);
  };
  beforeAll(async () => {
    opened = await openContainer(engine, {}, { ...NO_MEASURES, retry: (kind) => retries.push(kind) });
    neighbour = await neighbourOf(opened.database);
    for (const statement of make) await neighbour.query(statement);
  });
  afterAll(async () => {
    await neighbour.end();
    await opened.close();
  });
  beforeEach(() => inject(deadlock, 0));

  /** Books as many as a batch holds, at once; the 38th is the culprit. What each heard, and what is stored. */
  async function bookWhile(error: string, failures: number) {
    const rows = rowsOf(portsOf(opened.container));
    const event = await rows.event({ totalTickets: 1000, availableTickets: 1000 });
    const { id: userId } = await rows.user();
    await inject(error, failures);
    const answers = await Promise.allSettled(times(BATCH, (index) => rows.book(event, { userId, quantity: index === 37 ? CULPRIT : 1 })));
    const [found] = await neighbour.query<{ tries: number | string }>(triesSoFar);
    const stored = await rows.bookingRows(userId);
    const booked = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    return {
      tries: Number(found?.tries),
      failed: answers.flatMap((answer, index) => (answer.status === 'rejected' ? [[index, answer.reason] as const] : [])),
      // Each buyer who heard of a booking has it, and nobody has one that they did not hear of.
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
    await inject(deadlock, FOREVER);
    const culprit = rows.book(event, { userId, quantity: CULPRIT }).catch((error: unknown) => error);
    await sleep(100); // it is being run again
    const neighbours = await Promise.allSettled(others.map((other) => rows.book(other, { userId })));
    expect(await culprit).toBeInstanceOf(Unavailable);
    expect(neighbours.map(({ status }) => status)).toEqual(others.map(() => 'fulfilled'));
  });

  it.each(errors.again)('%s (%s), twice: is run again whole, and everybody has their booking', async (error) => {
    const { failed, exact, tries } = await bookWhile(error, 2);
    expect([failed, exact, tries]).toEqual([[], true, 3]);
  });

  it('a server that is read-only, once, while other connections are idle: it is run again on a new one, at once', async () => {
    const database = opened.container.get(TOKENS.database);
    await Promise.all(times(8, () => database.query(engine === 'mysql' ? 'SELECT SLEEP(0.2)' : 'SELECT pg_sleep(0.2)')));
    retries.length = 0;
    const { failed, exact, tries } = await bookWhile(engine === 'mysql' ? '1290' : '25006', 1);
    expect([failed, exact, tries, retries]).toEqual([[], true, 2, ['wrong_server']]);
  });

  it.each(errors.halved)('%s (%s), always: is halved until it stands alone, and its neighbours have their bookings', async (error) => {
    const { failed, exact, tries } = await bookWhile(error, FOREVER);
    expect([failed.map(([index]) => index), exact]).toEqual([[37], true]);
    expect(tries).toBeLessThanOrEqual(1 + Math.log2(BATCH));
  });

  it.each(errors.unforeseen)('%s (%s), always: it alone hears that nothing was stored, and its neighbours have their bookings', async (error) => {
    const { failed, exact } = await bookWhile(error, FOREVER);
    expect(failed.map(([index]) => index)).toEqual([37]);
    for (const [, reason] of failed)
      expect(reason).toMatchObject({ name: 'Unavailable', outcome: 'not_done', message: expect.stringContaining(error) });
    expect(exact).toBe(true);
  });

  it.each(errors.gone)('%s (%s), always: it alone fails, and is decided once more', async (error) => {
    const { failed, exact, tries } = await bookWhile(error, FOREVER);
    expect([failed.map(([index]) => index), exact]).toEqual([[37], true]);
    expect(tries).toBeLessThanOrEqual(2 + Math.log2(BATCH));
  });

  it.each(errors.gone)('%s (%s), once, when it stands alone: has its booking', async (error) => {
    const halvings = 1 + Math.log2(BATCH);
    const { failed, exact } = await bookWhile(error, halvings);
    expect([failed, exact]).toEqual([[], true]);
  });

  it.each(errors.full)('%s (%s): nobody is stored, and each is told so, to come later', async (error) => {
    const { failed, exact } = await bookWhile(error, FOREVER);
    expect(failed.length).toBeGreaterThanOrEqual(BATCH - 1); // the first may have gone alone
    for (const [, reason] of failed) expect(reason).toMatchObject({ name: 'Unavailable', outcome: 'not_done', retryAfterSeconds: 10 });
    expect(exact).toBe(true);
  });

  it('a deadlock, always: is given up within its time, nothing stored', async () => {
    const { failed, exact } = await bookWhile(deadlock, FOREVER);
    expect(failed.length).toBeGreaterThanOrEqual(BATCH - 1);
    for (const [, reason] of failed) expect(reason).toBeInstanceOf(Unavailable);
    expect(exact).toBe(true);
  });
});
