import { describe, expect, it } from 'vitest';
import { NOW } from '../testing/builders.ts';
import { forgetOldRows } from './forget-old-rows.ts';

/** A store that has `count` old rows, and notes the size of each step. */
function old(count: number) {
  const steps: (readonly unknown[])[] = [];
  const forget = async (...asked: readonly [unknown, number]) => {
    steps.push(asked);
    const forgotten = Math.min(count, asked[1]);
    count -= forgotten;
    return forgotten;
  };
  return { forget, steps };
}

describe('old rows', () => {
  it('are deleted in steps of 500 until a step finds fewer, and counted', async () => {
    const [records, counts] = [old(1000), old(7)];
    const forget = forgetOldRows({
      idempotencyRecords: { find: async () => undefined, forget: records.forget },
      rateLimitStore: { read: async () => [], add: async () => {}, forget: counts.forget },
      clock: () => NOW,
    });
    expect(await forget()).toBe(1007);
    const day = 24 * 60 * 60 * 1000;
    expect(records.steps).toEqual([
      [day, 500],
      [day, 500],
      [day, 500],
    ]);
    expect(counts.steps).toEqual([[NOW, 500]]);
    expect(await forget()).toBe(0);
  });
});
