import { endOfWindow } from '@ticket/domain/spi';
import { allSettled, equal } from '../assertions.ts';
import { anId } from '../builders.ts';
import type { LawDefinition } from '../law.ts';
import { times } from '../rows.ts';

const NOON = new Date('2030-01-01T12:00:00.000Z');
const WINDOW_MS = endOfWindow(NOON).getTime() - NOON.getTime();
const later = (milliseconds: number): Date => new Date(NOON.getTime() + milliseconds);
const DAY_MS = 24 * 60 * 60 * 1000;

/** The counts of limited actions in a window. */
export const LIMITS: readonly LawDefinition[] = [
  {
    id: 'L1',
    level: 'limits',
    title: 'each subject is counted by itself, letter by letter, and adds at once lose no count',
    hold: async ({ store: { rateLimitStore: counts } }) => {
      const subject = anId();
      await allSettled(times(20, () => counts.add([subject, `${subject} B`], NOON)));
      await counts.add([subject], NOON);
      const read = await counts.read([`${subject} B`, subject, `${subject} b`], NOON);
      equal(
        read.toSorted((one, other) => one.count - other.count),
        [
          { subject: `${subject} B`, count: 20, endsAt: later(WINDOW_MS) },
          { subject, count: 21, endsAt: later(WINDOW_MS) },
        ],
      );
    },
  },
  {
    id: 'L2',
    level: 'limits',
    title: 'a running window keeps its end, and a new one begins behind it',
    hold: async ({ store: { rateLimitStore: counts } }) => {
      const subject = anId();
      await counts.add([subject], NOON);
      await counts.add([subject], later(WINDOW_MS - 1));
      equal(await counts.read([subject], later(WINDOW_MS - 1)), [{ subject, count: 2, endsAt: later(WINDOW_MS) }]);
      equal(await counts.read([subject], later(WINDOW_MS)), []);
      await counts.add([subject], later(WINDOW_MS));
      equal(await counts.read([subject], later(WINDOW_MS)), [{ subject, count: 1, endsAt: later(2 * WINDOW_MS) }]);
    },
  },
  {
    id: 'L3',
    level: 'limits',
    title: 'no window is longer than a window, also where the clock was set back, and it keeps its count',
    hold: async ({ store: { rateLimitStore: counts } }) => {
      for (const milliseconds of [DAY_MS, 60_000, 1]) {
        const subject = anId();
        for (const _ of times(10, anId)) await counts.add([subject], later(milliseconds));
        equal(await counts.read([subject], NOON), []);
        await counts.add([subject], NOON);
        equal(await counts.read([subject], NOON), [{ subject, count: 11, endsAt: later(WINDOW_MS) }]);
      }
    },
  },
  {
    id: 'L4',
    level: 'limits',
    title: 'no count is lost to a server whose clock is a little behind',
    hold: async ({ store: { rateLimitStore: counts } }) => {
      const subject = anId();
      for (const _ of times(5, anId)) {
        await counts.add([subject], later(2000));
        await counts.add([subject], NOON);
      }
      for (const now of [NOON, later(2000)]) equal(await counts.read([subject], now), [{ subject, count: 10, endsAt: later(WINDOW_MS) }]);
    },
  },
  {
    id: 'L5',
    level: 'limits',
    title: 'long subjects that differ in their last letter are counted apart',
    hold: async ({ store: { rateLimitStore: counts } }) => {
      const long = 'x'.repeat(400);
      await counts.add([`${long}1`], NOON);
      equal(await counts.read([`${long}2`], NOON), []);
    },
  },
  {
    id: 'L6',
    level: 'limits',
    title: 'windows that are over or end too late are forgotten in steps, and no other',
    hold: async ({ store: { rateLimitStore: counts } }) => {
      const [over, away, lasting] = [times(3, anId), times(3, anId), anId()];
      await counts.add(over, NOON);
      await counts.add([lasting], later(WINDOW_MS));
      await counts.add(away, later(DAY_MS));
      equal(await counts.forget(later(WINDOW_MS), 2), 2, 'windows forgotten in a step of two');
      while ((await counts.forget(later(WINDOW_MS), 2)) === 2);
      equal(await counts.read([...over, lasting], later(WINDOW_MS)), [{ subject: lasting, count: 1, endsAt: later(2 * WINDOW_MS) }]);
      equal([await counts.read(over, NOON), await counts.read(away, later(DAY_MS))], [[], []]);
    },
  },
  {
    id: 'L7',
    level: 'limits',
    needs: ['beside'],
    title: 'two servers add to one count',
    hold: async ({ store, other }) => {
      const subject = anId();
      await allSettled(times(20, (index) => (index % 2 === 0 ? store : other.store).rateLimitStore.add([subject], NOON)));
      equal(await other.store.rateLimitStore.read([subject], NOON), [{ subject, count: 20, endsAt: later(WINDOW_MS) }]);
    },
  },
];
