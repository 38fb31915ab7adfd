import type { EntityManager } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engines, freshDatabase } from '../../../../tests/engines.ts';
import { Database } from './database.ts';
import { StaleRow, type Statement } from './statement.ts';
import { runTogether } from './writing.ts';

class Ended extends Error {}

describe.each(engines)('statements that are run together, %s', (engine) => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let database: Database;
  beforeEach(async () => {
    fresh = await freshDatabase(engine);
    database = new Database(fresh.config);
    await database.connect();
    await together(mark('first'));
  });
  afterEach(async () => {
    await database.close();
    await fresh.drop();
  });

  const mark = (id: string): Statement => ({
    sql: 'INSERT INTO commits (id, attempt, at) VALUES (?, ?, ?)',
    parameters: [id, 1, '2030-01-01 00:00:00.000'],
  });
  const tried = (id: string, rows: number): Statement => ({ sql: 'UPDATE commits SET attempt = attempt + 1 WHERE id = ?', parameters: [id], rows });
  /** In a transaction that commits whatever came of them, so that what was run is seen; where a transaction ends with what failed, it is rolled back. */
  async function together(...statements: Statement[]): Promise<unknown> {
    let failed: unknown;
    await database
      .transaction(async (manager: EntityManager) => {
        await runTogether(database.dialect, manager, statements).catch((error: unknown) => {
          failed = error;
          if (engine === 'postgres') throw new Ended();
        });
      })
      .catch((error: unknown) => {
        if (!(error instanceof Ended)) throw error;
      });
    return failed;
  }
  const marks = async () => (await database.query<{ id: string }>('SELECT id FROM commits ORDER BY id')).map(({ id }) => id);

  it(`${engine}: all of them are run, each with its own parameters, and each finds its rows`, async () => {
    expect(await together(mark('a;b'), tried('a;b', 1), mark("it's"), tried('none', 0))).toBeUndefined();
    expect(await marks()).toEqual(['a;b', 'first', "it's"]);
  });

  it(`${engine}: none runs behind one that fails`, async () => {
    const failed = await together(mark('before'), { sql: 'INSERT INTO commits (id) VALUES (NULL)', parameters: [] }, mark('behind'));
    expect(failed).toBeInstanceOf(Error);
    expect(await marks()).toEqual(engine === 'postgres' ? ['first'] : ['before', 'first']);
  });

  it(`${engine}: one that finds fewer rows than were locked makes the transaction run anew`, async () => {
    expect(await together(mark('new'), tried('gone', 1), mark('newer'))).toBeInstanceOf(StaleRow);
  });

  it(`${engine}: a key that was taken meanwhile makes the transaction run anew`, async () => {
    expect(await together(mark('new'), mark('first'))).toBeInstanceOf(StaleRow);
  });

  if (engine === 'postgres') {
    it('postgres: a transaction in which a statement failed and nobody looked is not taken for stored: it is run again', async () => {
      let tries = 0;
      await database.transaction(async (manager: EntityManager) => {
        tries++;
        await manager.query(`INSERT INTO commits (id, attempt, at) VALUES ('try ${tries}', 1, now())`);
        if (tries === 1) await manager.query('INSERT INTO commits (id) VALUES (NULL)').catch(() => undefined);
      });
      expect([tries, await marks()]).toEqual([2, ['first', 'try 2']]);
    });

    it('postgres: text that holds a second statement is refused, and a parameter may hold anything', async () => {
      const stacked = "INSERT INTO commits (id, attempt, at) VALUES ('x', 1, now()); DELETE FROM commits";
      await expect(database.query(stacked)).rejects.toThrow();
      expect(await together({ sql: stacked, parameters: [] })).toMatchObject({
        message: expect.stringContaining('two statements where one was meant'),
      });
      expect(await together(mark("'; DELETE FROM commits; --"), mark('\\'))).toBeUndefined();
      expect(await marks()).toEqual(["'; DELETE FROM commits; --", '\\', 'first']);
    });
  }

  if (engine === 'mysql')
    it('mysql: text that holds a second statement is refused, alone and among others, and a parameter may hold anything', async () => {
      const stacked = "INSERT INTO commits (id, attempt, at) VALUES ('x', 1, NOW()); DELETE FROM commits";
      await expect(database.query(stacked)).rejects.toThrow();
      expect(await together({ sql: stacked, parameters: [] }, mark('new'))).toEqual(new Error('two statements where one was meant'));
      expect(await together(mark("'; DELETE FROM commits; --"), mark('\\'))).toBeUndefined();
      expect(await marks()).toEqual(["'; DELETE FROM commits; --", '\\', 'first']);
    });

  it(`${engine}: none are no statement`, async () => {
    expect(await together()).toBeUndefined();
  });
});
