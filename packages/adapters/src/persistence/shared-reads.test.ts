import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { sharedLookUp, sharedRead } from './shared-reads.ts';

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

  it('is never older than its question: who asks while it runs gets the next one', async () => {
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
    const timer = setInterval(() => turns++, 0);
    for (let reads = 0; reads < 200; reads++) await read({});
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});

describe('a shared look-up', () => {
  it('asks for many rows in one statement, for each once, and hands out the same object', async () => {
    const asked: (readonly string[])[] = [];
    const find = sharedLookUp(async (ids: readonly string[]) => {
      asked.push(ids);
      return ids.filter((id) => id !== 'gone').map((id) => ({ id }));
    });
    const [one, same, other, gone] = await Promise.all([find('a'), find('a'), find('b'), find('gone')]);
    expect([one, same, other, gone]).toEqual([{ id: 'a' }, { id: 'a' }, { id: 'b' }, undefined]);
    expect(same).toBe(one);
    expect(asked).toEqual([['a', 'b', 'gone']]);
  });
});
