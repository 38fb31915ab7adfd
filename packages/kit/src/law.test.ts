import { Unavailable } from '@ticket/domain';
import { describe, expect, it } from 'vitest';
import { stepStore } from './controls/step-store.ts';
import { laws, type OpenStore, prove, type Store } from './index.ts';
import { memoryStore } from './memory-store.ts';

const open: OpenStore = async () => memoryStore();
const without = (...names: (keyof Store)[]): OpenStore => {
  return async () => ({ ...memoryStore(), ...Object.fromEntries(names.map((name) => [name, undefined])) }) as unknown as Store;
};
const run = (store: OpenStore, id: string, options: Partial<Parameters<typeof laws>[1]> = {}) =>
  laws(store, { level: 'accounts', only: [id], ...options })[0]?.run();
const messageOf = async (call: Promise<unknown> | undefined): Promise<string> =>
  call?.then(
    () => 'kept',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  ) ?? 'no law';

describe('a broken law', () => {
  it('names the law, what was expected and found, what an audit finds, and how to try it again', async () => {
    const message = await messageOf(run(async () => stepStore('a cancellation gives the tickets back twice'), 'S46', { seed: 7 }));
    expect(message).toContain('S46 tickets come back when a booking is cancelled or deleted');
    expect(message).toContain('tickets left after a cancellation: expected 7, found 11');
    expect(message).toMatch(/an audit of the rows finds:\n {4}event [-0-9a-f]+: held_and_available_are_total: expected 10, found 14/);
    expect(message).toContain("{ only: ['S46'], seed: 7 }, or ticket-kit prove … --law S46 --seed 7");
  });

  it('that draws its cases names the fewest steps, and its seed and path draw that case again at once', async () => {
    const flawed: OpenStore = async () => stepStore('a deletion gives no tickets back');
    const message = await messageOf(run(flawed, 'G1', { seed: 3, generatedMs: 3000 }));
    expect(message).toMatch(/the fewest steps that show it:\n {4}an event of \d+ tickets\n {4}\{does:delete booking,booking:0\}\n/);
    const path = /path: '([^']+)'/.exec(message)?.[1] ?? 'no path';
    const again = await messageOf(run(flawed, 'G1', { seed: 3, path, generatedMs: 3000 }));
    expect(again).toContain(`path: '${path}'`);
  });

  it('says so when a call is never answered, and which time was over', async () => {
    const { stored, ...store } = memoryStore();
    const hanging: OpenStore = async () => ({ ...store, stored: { ...stored, event: () => new Promise(() => {}) } });
    expect(await messageOf(run(hanging, 'S1', { timeoutMs: 50 }))).toContain('the law did not end within 50 ms: a call is not answered');
  });

  it('is told all the same when its store does not close either', async () => {
    const { stored, ...store } = memoryStore();
    const stuck: OpenStore = async () => ({ ...store, stored: { ...stored, event: async () => undefined }, close: () => new Promise(() => {}) });
    expect(await messageOf(run(stuck, 'S1', { timeoutMs: 50 }))).toContain('S1 an event comes back as it was stored');
    const unclosed: OpenStore = async () => ({ ...memoryStore(), close: () => new Promise(() => {}) });
    expect(await messageOf(run(unclosed, 'S1', { timeoutMs: 50 }))).toContain('closing the store did not end within 50 ms');
  });

  it('says that an outage was told where there was none', async () => {
    const { bookings, ...store } = memoryStore();
    const down: OpenStore = async () => ({ ...store, bookings: { change: async () => Promise.reject(new Unavailable('no connection')) } });
    expect(await messageOf(run(down, 'S60'))).toContain('the store threw Unavailable (outcome not_done) without an outage: no connection');
    expect(bookings).toBeDefined();
  });
});

describe('what a store cannot show', () => {
  it('fails its laws in a test runner, unless the author says that it is left out', async () => {
    expect(await messageOf(run(without('beside'), 'B1'))).toContain(
      "the store has no beside(), so this is not proved; add it, or say without: ['beside']",
    );
    expect(laws(open, { level: 'stock', without: ['beside', 'fault'] }).map(({ id }) => id)).not.toContain('B1');
  });

  it('is in the report as not proved, and does not fail it', async () => {
    const report = await prove(without('beside'), { level: 'stock', only: ['S1', 'B1', 'F1'], seconds: 1 });
    expect(report).toMatchObject({ isKept: true, notProved: ['beside', 'fault'] });
    expect(report.laws.map(({ outcome }) => outcome)).toEqual(['kept', 'not_proved', 'not_proved']);
  });

  it('never makes a report of nothing a proof', async () => {
    expect((await prove(without('beside'), { level: 'stock', only: ['B1'], seconds: 1 })).isKept).toBe(false);
  });

  it('is named when a port of the level is missing', async () => {
    const lacking = without('idempotencyRecords', 'rateLimitStore');
    expect(await messageOf(run(lacking, 'L1'))).toBe('the store lacks idempotencyRecords, rateLimitStore, which the level limits needs');
  });
});

describe('options', () => {
  it.each([
    [{ level: 'stock', secnds: 1 }, 'unknown option secnds'],
    [{ level: 'everything' }, 'unknown level everything'],
    [{ level: 'stock', only: ['S1', 'X9'] }, 'unknown law X9'],
    [{ level: 'stock', only: ['K1'] }, 'the level asked for is stock'],
    [{ level: 'stock', without: ['locks'] }, 'unknown capability locks'],
    [{ level: 'stock', timeoutMs: 0 }, 'timeoutMs'],
  ])('that are not known or mean nothing are refused: %j', (options, words) => {
    expect(() => laws(open, options as Parameters<typeof laws>[1])).toThrow(words);
  });
});
