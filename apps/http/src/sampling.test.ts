import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Log } from './report.ts';
import { sampling } from './sampling.ts';

type Line = Parameters<Log>[0];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const lines: Line[] = [];
  const { sample, flush } = sampling((line) => void lines.push(line));
  const times = (count: number, reason: string, message = 'request', error?: object) => {
    for (let n = 0; n < count; n++) sample({ level: 'info', message, reason, n, error });
  };
  return { lines, times, flush };
}

it('writes the first ten of each reason in a second, and then how many were left out', () => {
  const { lines, times } = setUp();
  times(1000, 'no_such_route');
  times(3, 'not_found');
  expect(lines).toHaveLength(13);
  expect(lines[9]).toEqual({ level: 'info', message: 'request', reason: 'no_such_route', n: 9 });
  vi.advanceTimersByTime(1000);
  expect(lines.slice(13)).toEqual([{ level: 'info', message: 'lines left out', of: 'request', reason: 'no_such_route', count: 990 }]);
});

it('begins anew after a second, and writes no count where nothing was left out', () => {
  const { lines, times } = setUp();
  for (let second = 0; second < 3; second++) {
    times(10, 'not_found');
    vi.advanceTimersByTime(1000);
  }
  expect(lines).toHaveLength(30);
  expect(vi.getTimerCount()).toBe(0);
});

it('tells messages and errors with one reason apart, so that a flood of one hides no other', () => {
  const { lines, times } = setUp();
  times(20, 'unavailable', 'unavailable: the queue is full');
  times(20, 'unavailable', 'unavailable: no connection', { name: 'Error', code: 'ECONNREFUSED' });
  expect(lines.at(-1)).toMatchObject({ message: 'unavailable: no connection' });
  times(1, 'unavailable', 'unavailable: no connection', { name: 'Error', code: 1040 });
  expect(lines.at(-1)).toMatchObject({ error: { code: 1040 } });
  vi.advanceTimersByTime(1000);
  expect(lines.slice(-2)).toMatchObject([{ of: 'unavailable: the queue is full' }, { error: { code: 'ECONNREFUSED' }, count: 10 }]);
});

it('writes the counts at once when it is asked to, and none of them twice', () => {
  const { lines, times, flush } = setUp();
  times(25, 'not_found');
  flush();
  expect(lines.at(-1)).toMatchObject({ message: 'lines left out', count: 15 });
  flush();
  vi.advanceTimersByTime(5000);
  expect(lines).toHaveLength(11);
});

it('keeps little, whatever reasons come, and loses no count', () => {
  const { lines, times } = setUp();
  for (let n = 0; n < 100_000; n++) times(1, `reason ${n}`);
  expect(lines).toHaveLength(110); // 100 kinds, and ten of the others
  vi.advanceTimersByTime(1000);
  expect(lines.slice(110)).toEqual([{ level: 'info', message: 'lines left out', of: 'various', count: 100_000 - 110 }]);
});
