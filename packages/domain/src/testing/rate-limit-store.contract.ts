import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RATE_WINDOW_MS } from '../requests/rate-counts.ts';
import { anId } from './builders.ts';
import { type Store, times } from './store.ts';

const NOON = new Date('2030-01-01T12:00:00.000Z');
const later = (milliseconds: number): Date => new Date(NOON.getTime() + milliseconds);
const DAY_MS = 24 * 60 * 60 * 1000;

/** What every RateLimitStore promises. */
export function rateLimitStoreContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the promises of RateLimitStore`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());
    const counts = () => store.ports.rateLimitStore;

    it('counts each subject by itself, to the letter, of adds at once too', async () => {
      const subject = anId();
      await Promise.all(times(20, () => counts().add([subject, `${subject} B`], NOON)));
      await counts().add([subject], NOON);
      const read = await counts().read([`${subject} B`, subject, `${subject} b`], NOON);
      expect(read.toSorted((one, other) => one.count - other.count)).toEqual([
        { subject: `${subject} B`, count: 20, endsAt: later(RATE_WINDOW_MS) },
        { subject, count: 21, endsAt: later(RATE_WINDOW_MS) },
      ]);
    });

    it('leaves a window that is running its end, and begins a new one behind it', async () => {
      const subject = anId();
      await counts().add([subject], NOON);
      await counts().add([subject], later(RATE_WINDOW_MS - 1));
      expect(await counts().read([subject], later(RATE_WINDOW_MS - 1))).toEqual([{ subject, count: 2, endsAt: later(RATE_WINDOW_MS) }]);
      expect(await counts().read([subject], later(RATE_WINDOW_MS))).toEqual([]);
      await counts().add([subject], later(RATE_WINDOW_MS));
      expect(await counts().read([subject], later(RATE_WINDOW_MS))).toEqual([{ subject, count: 1, endsAt: later(2 * RATE_WINDOW_MS) }]);
    });

    it.each([DAY_MS, 60_000, 1])('takes no window for longer than a window, though the clock was set back by %i ms', async (milliseconds) => {
      const subject = anId();
      for (const _ of times(10, anId)) await counts().add([subject], later(milliseconds));
      expect(await counts().read([subject], NOON)).toEqual([]);
      await counts().add([subject], NOON);
      expect(await counts().read([subject], NOON)).toEqual([{ subject, count: 11, endsAt: later(RATE_WINDOW_MS) }]);
    });

    it('loses no count to a server whose clock is a little behind', async () => {
      const subject = anId();
      for (const _ of times(5, anId)) {
        await counts().add([subject], later(2000));
        await counts().add([subject], NOON);
      }
      for (const now of [NOON, later(2000)])
        expect(await counts().read([subject], now)).toEqual([{ subject, count: 10, endsAt: later(RATE_WINDOW_MS) }]);
    });

    it('keeps apart what is long and differs in its last letter', async () => {
      const long = 'x'.repeat(400);
      await counts().add([`${long}1`], NOON);
      expect(await counts().read([`${long}2`], NOON)).toEqual([]);
    });

    it('forgets windows that are over or too far away, in steps, and no other', async () => {
      const [over, away, lasting] = [times(3, anId), times(3, anId), anId()];
      await counts().add(over, NOON);
      await counts().add([lasting], later(RATE_WINDOW_MS));
      await counts().add(away, later(DAY_MS));
      while ((await counts().forget(later(RATE_WINDOW_MS), 2)) === 2);
      expect(await counts().read([...over, lasting], later(RATE_WINDOW_MS))).toEqual([
        { subject: lasting, count: 1, endsAt: later(2 * RATE_WINDOW_MS) },
      ]);
      expect(await counts().read(over, NOON)).toEqual([]);
      expect(await counts().read(away, later(DAY_MS))).toEqual([]);
    });
  });
}
