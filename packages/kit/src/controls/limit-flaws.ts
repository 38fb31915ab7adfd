import type { Memory } from '@ticket/domain/memory';
import { endOfWindow, type RateCount } from '@ticket/domain/spi';
import type { FullStore } from '../store.ts';

import { asleep, type Plant, type Replaced } from './plant.ts';

const cutOff = (subject: string): string => subject.slice(0, 255);

/** A store whose windows go on if `isRunning` says so, and otherwise begin again. A window that goes on keeps its end. */
const countsWith = (
  { rateLimitStore }: FullStore,
  { counts }: Memory,
  isRunning: (before: RateCount | undefined, now: Date) => boolean,
): Replaced => ({
  rateLimitStore: {
    read: async (subjects, now) => subjects.flatMap((subject) => counts.get(subject) ?? []).filter(({ endsAt }) => endsAt > now),
    forget: (now, limit) => rateLimitStore.forget(now, limit),
    add: async (subjects, now) => {
      for (const subject of subjects) {
        const before = counts.get(subject);
        counts.set(
          subject,
          before !== undefined && isRunning(before, now) ? { ...before, count: before.count + 1 } : { subject, count: 1, endsAt: endOfWindow(now) },
        );
      }
    },
  },
});

/** Bugs that people write in a `RateLimitStore`. Each entry has the id of the law that has to notice the bug. */
export const LIMIT_FLAWS: Readonly<Record<string, readonly [law: string, plant: Plant]>> = {
  'adds at once lose counts': [
    'L1',
    ({ rateLimitStore }, memory) => ({
      rateLimitStore: {
        read: (subjects, now) => rateLimitStore.read(subjects, now),
        forget: (now, limit) => rateLimitStore.forget(now, limit),
        add: async (subjects, now) => {
          const before = subjects.map((subject) => memory.counts.get(subject)?.count ?? 0);
          await asleep();
          for (const [index, subject] of subjects.entries())
            memory.counts.set(subject, { subject, count: (before[index] ?? 0) + 1, endsAt: endOfWindow(now) });
        },
      },
    }),
  ],
  'each add makes the window longer': [
    'L2',
    ({ rateLimitStore }, memory) => ({
      rateLimitStore: {
        read: (subjects, now) => rateLimitStore.read(subjects, now),
        forget: (now, limit) => rateLimitStore.forget(now, limit),
        add: async (subjects, now) => {
          for (const subject of subjects)
            memory.counts.set(subject, { subject, count: (memory.counts.get(subject)?.count ?? 0) + 1, endsAt: endOfWindow(now) });
        },
      },
    }),
  ],
  'a window of a clock that was ahead stays as long as it is': [
    'L3',
    (sound, memory) => countsWith(sound, memory, (before, now) => before !== undefined && before.endsAt > now),
  ],
  'a clock that is a little behind begins the window anew': [
    'L4',
    (sound, memory) => countsWith(sound, memory, (before, now) => before !== undefined && before.endsAt > now && before.endsAt <= endOfWindow(now)),
  ],
  'long subjects are cut off': [
    'L5',
    ({ rateLimitStore }) => ({
      rateLimitStore: {
        read: async (subjects, now) => rateLimitStore.read(subjects.map(cutOff), now),
        add: (subjects, now) => rateLimitStore.add(subjects.map(cutOff), now),
        forget: (now, limit) => rateLimitStore.forget(now, limit),
      },
    }),
  ],
  'running windows are forgotten': [
    'L6',
    ({ rateLimitStore }, memory) => ({
      rateLimitStore: {
        read: (subjects, now) => rateLimitStore.read(subjects, now),
        add: (subjects, now) => rateLimitStore.add(subjects, now),
        forget: async (_, limit) => {
          const old = [...memory.counts.keys()].slice(0, limit);
          for (const subject of old) memory.counts.delete(subject);
          return old.length;
        },
      },
    }),
  ],
};
