import { expect, it } from 'vitest';
import { RequestSlices } from './request-slices.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('begins no more than a slice in one turn of the event loop, the others in order in the next ones, and others come in between', async () => {
  const slices = new RequestSlices(3);
  const begun: number[] = [];
  for (let n = 1; n <= 8; n++) slices.begin(() => begun.push(n));
  const seen = [begun.length];
  for (let turns = 0; turns < 3; turns++) {
    await turn();
    seen.push(begun.length);
  }
  expect([seen, begun]).toEqual([
    [3, 6, 8, 8],
    [1, 2, 3, 4, 5, 6, 7, 8],
  ]);
  // The slice is free again.
  for (let n = 9; n <= 11; n++) slices.begin(() => begun.push(n));
  expect(begun).toHaveLength(11);
});

it('keeps who comes later behind those that wait', async () => {
  const slices = new RequestSlices(1);
  const begun: string[] = [];
  slices.begin(() => begun.push('first'));
  slices.begin(() => begun.push('second'));
  await turn();
  slices.begin(() => begun.push('third'));
  await turn();
  expect(begun).toEqual(['first', 'second', 'third']);
});
