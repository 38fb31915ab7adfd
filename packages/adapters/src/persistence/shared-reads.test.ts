import { setTimeout as sleep } from 'node:timers/promises';
import type { Freshness } from '@ticket/domain';
import { describe, expect, it } from 'vitest';
import { cachedShape, sharedLookUp, sharedRead } from './shared-reads.ts';

describe('a shared read', () => {
  it('is one for all who ask the same before it begins, and another for another question', async () => {
    const asked: object[] = [];
    const read = sharedRead(async (question: { page: number }) => {
      asked.push(question);
      return question.page;
    });
    expect(await Promise.all([read({ page: 1 }), read({ page: 1 }), read({ page: 2 }), read({ page: 1 })])).toEqual([1, 1, 2, 1]);
    expect(asked).toEqual([{ page: 1 }, { page: 2 }]);
  });

  it('is never older than its question: callers that come while it runs get the next one', async () => {
    let value = 'old';
    const read = sharedRead(async (_: object) => {
      const seen = value;
      await sleep(20);
      return seen;
    });
    const first = read({});
    await sleep(5); // it has read by now
    value = 'new';
    const second = read({});
    const third = read({});
    expect([await first, await second, await third]).toEqual(['old', 'new', 'new']);
  });

  it('that fails fails for those who shared it, and the next one is asked anew', async () => {
    let fails = true;
    const read = sharedRead(async (_: object) => {
      if (fails) throw new Error('down');
      return 'up';
    });
    const answers = await Promise.allSettled([read({}), read({})]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await read({})).toBe('up');
  });

  it('gives everybody else a turn, however fast it is answered', async () => {
    const read = sharedRead(async (_: object) => 1);
    let turns = 0;
    let waiting: NodeJS.Immediate;
    const turn = () => {
      turns += 1;
      waiting = setImmediate(turn);
    };
    waiting = setImmediate(turn);
    for (let reads = 0; reads < 200; reads++) await read({});
    clearImmediate(waiting);
    expect(turns).toBeGreaterThan(100);
  });
});

describe('a shared look-up', () => {
  it('asks for many rows in one statement, for each once, and hands out the same object', async () => {
    const asked: (readonly [readonly string[], Freshness])[] = [];
    const find = sharedLookUp(async (ids: readonly string[], freshness) => {
      asked.push([ids, freshness]);
      return ids.filter((id) => id !== 'gone').map((id) => ({ id }));
    });
    const [one, same, other, gone] = await Promise.all([find('a'), find('a'), find('b'), find('gone')]);
    expect([one, same, other, gone]).toEqual([{ id: 'a' }, { id: 'a' }, { id: 'b' }, undefined]);
    expect(same).toBe(one);
    // What is not found is looked up where writes go, and only that.
    expect(asked).toEqual([
      [['a', 'b', 'gone'], 'plain'],
      [['gone'], 'latest'],
    ]);
  });

  it('gives a row that a plain read does not have yet, and the latest one to those who ask for it', async () => {
    const find = sharedLookUp(async (ids: readonly string[], freshness) => ids.flatMap((id) => (freshness === 'latest' ? [{ id, freshness }] : [])));
    expect(await find('new')).toEqual({ id: 'new', freshness: 'latest' });
    const both = sharedLookUp(async (ids: readonly string[], freshness) => ids.map((id) => ({ id, freshness })));
    expect([await both('a'), await both('a', 'latest')]).toEqual([
      { id: 'a', freshness: 'plain' },
      { id: 'a', freshness: 'latest' },
    ]);
  });
});

describe('a kept shape', () => {
  const at = () => new Date('2031-01-02T03:04:05.678Z');
  const shapeOf = () =>
    cachedShape((rows: readonly { id: string; left: number; at: Date }[]) => rows.map(({ id, left }) => ({ text: `${id} ${left}` })));

  it('is the same list, of the same values, while the rows are as they were', () => {
    const shape = shapeOf();
    const rows = () => ['a', 'b'].map((id) => ({ id, left: 1, at: at() }));
    expect(shape({ limit: 2 }, rows())).toBe(shape({ limit: 2 }, rows()));
  });

  it('is forgotten in the order of use once the text of what is kept is too long, and no part is too long alone', () => {
    const shape = shapeOf();
    // As long as the longest part: 1200 events with all that may be said of them.
    const list = (page: number) => shape({ page }, [{ id: 'x'.repeat(1200 * 10_600), left: 1, at: at() }]);
    const first = list(1);
    expect(list(1)).toBe(first);
    const second = list(2);
    expect(list(2)).toBe(second);
    expect(list(1)).not.toBe(first);
  });

  it.each([
    ['a number', { left: 2 }],
    ['a date', { at: new Date(0) }],
  ])('is new where %s of a row changed, and the same where none did', (_, change) => {
    const shape = shapeOf();
    const row = (id: string) => ({ id, left: 1, at: at() });
    const before = shape({}, [row('a'), row('b')]);
    const after = shape({}, [row('a'), { ...row('b'), ...change }]);
    expect(after).not.toBe(before);
    expect([after[0] === before[0], after[1] === before[1]]).toEqual([true, false]);
  });

  it('is new where a row came or went, or where another question is asked', () => {
    const shape = shapeOf();
    const row = (id: string) => ({ id, left: 1, at: at() });
    const before = shape({}, [row('a'), row('b')]);
    expect(shape({ limit: 2 }, [row('c')])).toEqual([{ text: 'c 1' }]);
    expect(shape({}, [row('a')])).toEqual([{ text: 'a 1' }]);
    expect(shape({}, [row('a'), row('b'), row('c')])).toHaveLength(3);
    expect(before).toHaveLength(2);
  });
});
