import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '@ticket/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchQueue, type BatchQueueOptions } from './batch-queue.ts';

/** A store that remembers its transactions and does not take what is poisoned; it answers `n` with `n!`. */
function store(overrides: Partial<BatchQueueOptions<number, string>> = {}) {
  const stored: number[][] = [];
  const tried: number[][] = [];
  const queue = new BatchQueue<number, string>({
    lanes: 1,
    batchMax: 8,
    waitingMax: 100,
    waitingMs: 60_000,
    commit: async (batch) => {
      tried.push([...batch]);
      await new Promise((resolve) => setImmediate(resolve));
      if (batch.some((number) => number < 0)) throw new Error(`cannot store ${batch.join()}`);
      stored.push([...batch]);
      return batch.map((number) => `${number}!`);
    },
    ...overrides,
  });
  return { queue, stored, tried };
}

describe('a batch queue', () => {
  it('sends a lone request at once, by itself', async () => {
    const { queue, tried } = store();
    const answer = queue.submit('a', 1);
    await Promise.resolve();
    expect(tried).toEqual([[1]]);
    expect(await answer).toBe('1!');
  });

  it('takes what arrives meanwhile together, in arrival order, no more than a batch holds', async () => {
    const { queue, stored } = store({ batchMax: 3 });
    const answers = [0, 1, 2, 3, 4, 5].map((number) => queue.submit('a', number));
    expect(await Promise.all(answers)).toEqual(['0!', '1!', '2!', '3!', '4!', '5!']);
    expect(stored).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it('lets those join who came for the same while it waited, in order, and leaves the others in theirs', async () => {
    const tried: number[][] = [];
    const { queue } = store({
      batchMax: 5,
      commit: async (batch, more) => {
        await sleep(20); // as for a lock
        const all = [...batch, ...more((number) => number % 2 === (batch[0] ?? 0) % 2)];
        tried.push(all);
        return all.map((number) => `${number}!`);
      },
    });
    const first = queue.submit('a', 0);
    await Promise.resolve();
    const later = [1, 2, 4, 3, 6, 8, 10].map((number) => queue.submit('a', number));
    expect(await Promise.all([first, ...later])).toEqual(['0!', '1!', '2!', '4!', '3!', '6!', '8!', '10!']);
    expect(tried).toEqual([
      [0, 2, 4, 6, 8],
      [1, 3, 10],
    ]);
  });

  it('lets no more join than the pace of the last batch allows', async () => {
    const tried: number[] = [];
    const { queue } = store({
      batchMax: 100,
      batchMs: 20, // a request takes 30, so a batch is as small as one gets
      commit: async (batch, more) => {
        const all = [...batch, ...more(() => true)];
        tried.push(all.length);
        await sleep(30);
        return all.map(String);
      },
    });
    await queue.submit('a', 0);
    await Promise.all(Array.from({ length: 40 }, (_, number) => queue.submit('a', number)));
    expect(tried).toEqual([1, 16, 16, 8]);
  });

  it('lets no decision join that has waited too long, and says so', async () => {
    const { queue, stored } = store({
      waitingMs: 30,
      commit: async (batch, more) => {
        await sleep(60);
        const all = [...batch, ...more(() => true)];
        stored.push(all);
        return all.map(String);
      },
    });
    const first = queue.submit('a', 1);
    await Promise.resolve();
    await expect(queue.submit('a', 2)).rejects.toThrow('waited');
    expect(await first).toBe('1');
    expect(stored).toEqual([[1]]);
  });

  it('gives a try that was given up nobody more, who would never be answered', async () => {
    let late: ((isWelcome: () => boolean) => readonly number[]) | undefined;
    const { queue } = store({
      commit: async (batch, more) => {
        late ??= more;
        await sleep(5);
        if (batch.includes(0)) throw new Unavailable('given up');
        expect(late(() => true)).toEqual([]); // it hears from the database only now
        return batch.map(String);
      },
    });
    const answers = [0, 1, 2].map((number) => sleep(number * 6).then(() => queue.submit('a', number)));
    expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  it('answers each decision that joined alone when the batch fails', async () => {
    const { queue, stored } = store({
      commit: async (batch, more) => {
        await sleep(5);
        const all = [...batch, ...more(() => true)];
        if (all.some((number) => number < 0)) throw new Error('cannot store');
        stored.push(all);
        return all.map(String);
      },
    });
    const first = queue.submit('a', 0);
    await Promise.resolve();
    const answers = await Promise.allSettled([first, ...[1, -2, 3].map((number) => queue.submit('a', number))]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(stored.flat()).toEqual([0, 1, 3]);
  });

  it('gathers as long as each turn brings more, and no longer', async () => {
    const answers: Promise<string>[] = [];
    const arrivals = [[1], [2, 3], [], [4]]; // in each turn
    const gather = async () => void answers.push(...(arrivals.shift() ?? []).map((number) => queue.submit('a', number)));
    const { queue, tried } = store({ gather });
    answers.push(queue.submit('a', 0));
    for (const answer of answers) await answer; // grows meanwhile
    expect(tried[0]).toEqual([0, 1, 2, 3]);
  });

  it('refuses what has waited too long, without serving it, and serves those behind it', async () => {
    let slow = true;
    const { queue, stored } = store({
      batchMax: 1,
      waitingMs: 30,
      commit: async (batch) => {
        if (slow) await sleep(60);
        slow = false;
        stored.push([...batch]);
        return batch.map(String);
      },
    });
    const [first, second] = [queue.submit('a', 1), queue.submit('a', 2)];
    await sleep(50);
    const answers = await Promise.allSettled([first, second, queue.submit('a', 3)]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: expect.any(Unavailable) });
    expect(stored).toEqual([[1], [3]]);
  });

  it('makes batches smaller where they take too long, and bigger again', async () => {
    let pauseMs = 4;
    const { queue, stored } = store({
      batchMax: 64,
      batchMs: 20,
      commit: async (batch) => {
        await sleep(pauseMs * batch.length);
        stored.push([...batch]);
        return batch.map(String);
      },
    });
    const flood = () => Promise.all(Array.from({ length: 80 }, (_, number) => queue.submit('a', number)));
    await flood();
    const slow = stored.splice(0).map((batch) => batch.length);
    expect(slow).toEqual([64, 16]); // nothing is known before the first; then no fewer than make a commit worth its while
    pauseMs = 0.01;
    await flood();
    await flood();
    expect(Math.max(...stored.map((batch) => batch.length))).toBeGreaterThan(16);
  });

  it('stores the neighbours of a request that cannot be stored, in order', async () => {
    const { queue, stored } = store();
    const answers = await Promise.allSettled([0, 1, 2, -3, 4, 5].map((number) => queue.submit('a', number)));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(stored.flat()).toEqual([0, 1, 2, 4, 5]);
  });

  it('finds one culprit among n in about 2 log2(n) transactions, not n', async () => {
    const { queue, tried } = store({ batchMax: 64 });
    await Promise.allSettled(
      [0, ...Array.from({ length: 64 }, (_, index) => (index === 37 ? -1 : index))].map((number) => queue.submit('a', number)),
    );
    expect(tried.length).toBeLessThanOrEqual(1 + 1 + 2 * Math.log2(64));
  });

  it('takes nothing apart when nothing could be stored at all', async () => {
    const { queue, tried } = store({
      commit: async (batch) => {
        tried.push([...batch]);
        throw new Unavailable('down');
      },
    });
    const answers = await Promise.allSettled([0, 1, 2].map((number) => queue.submit('a', number)));
    expect(answers.every((answer) => answer.status === 'rejected' && answer.reason instanceof Unavailable)).toBe(true);
    expect(tried).toEqual([[0, 1, 2]]);
  });

  it('refuses at once what would wait behind too many, and serves those who wait', async () => {
    const { queue, stored } = store({ waitingMax: 2 });
    const answers = await Promise.allSettled([0, 1, 2, 3, 4].map((number) => queue.submit('a', number)));
    expect(answers.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(Unavailable);
    expect(stored.flat()).toHaveLength(answers.filter(({ status }) => status === 'fulfilled').length);
  });

  it('lets lanes run beside each other and keeps a key to its lane', async () => {
    const { queue, tried } = store({ lanes: 4 });
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    const answers = keys.flatMap((key, index) => [queue.submit(key, index), queue.submit(key, index + 10)]);
    await Promise.resolve();
    expect(tried.length).toBeGreaterThan(1);
    expect(await Promise.all(answers)).toHaveLength(12);
    for (const index of keys.keys()) {
      const order = tried.flat().filter((number) => number % 10 === index);
      expect(order).toEqual([index, index + 10]);
    }
  });

  it('answers everybody exactly once, whatever is poisoned', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -3, max: 20 }), { maxLength: 40 }), async (numbers) => {
        const { queue, stored } = store({ batchMax: 7, lanes: 2 });
        const answers = await Promise.allSettled(numbers.map((number) => queue.submit(String(number % 5), number)));
        expect(answers.map(({ status }) => status)).toEqual(numbers.map((number) => (number < 0 ? 'rejected' : 'fulfilled')));
        expect(stored.flat().toSorted()).toEqual(numbers.filter((number) => number >= 0).toSorted());
      }),
      { numRuns: 60 },
    );
  });
});
