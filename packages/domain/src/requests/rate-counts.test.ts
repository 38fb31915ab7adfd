import { expect, it } from 'vitest';
import { NOW } from '../testing/builders.ts';
import { endOfLongestWindow, endOfWindow } from './rate-counts.ts';

it('a window of logins and registrations ends after 15 minutes, and no window ends after more than an hour', () => {
  const minutes = (end: Date) => (end.getTime() - NOW.getTime()) / 60_000;
  expect([minutes(endOfWindow(NOW)), minutes(endOfLongestWindow(NOW))]).toEqual([15, 60]);
});
