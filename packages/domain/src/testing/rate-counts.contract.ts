import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anId } from './builders.ts';
import { type Store, times } from './store.ts';

const NOON = new Date('2030-01-01T12:00:00.000Z');
const later = (milliseconds: number): Date => new Date(NOON.getTime() + milliseconds);

/** What every RateCounts promises. */
export function rateCountsContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the promises of RateCounts`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());
    const counts = () => store.ports.rateCounts;

    it('counts each subject by itself, to the letter, of adds at once too', async () => {
      const subject = anId();
      await Promise.all(times(20, () => counts().add([subject, `${subject} B`], NOON, later(1000))));
      await counts().add([subject], NOON, later(1000));
      const read = await counts().read([`${subject} B`, subject, `${subject} b`], NOON);
      expect(read.toSorted((one, other) => one.count - other.count)).toEqual([
        { subject: `${subject} B`, count: 20, endsAt: later(1000) },
        { subject, count: 21, endsAt: later(1000) },
      ]);
    });

    it('leaves a window that is running its end, and begins a new one behind it', async () => {
      const subject = anId();
      await counts().add([subject], NOON, later(1000));
      await counts().add([subject], later(999), later(1999));
      expect(await counts().read([subject], later(999))).toEqual([{ subject, count: 2, endsAt: later(1000) }]);
      expect(await counts().read([subject], later(1000))).toEqual([]);
      await counts().add([subject], later(1000), later(2000));
      expect(await counts().read([subject], later(1000))).toEqual([{ subject, count: 1, endsAt: later(2000) }]);
    });

    it('keeps apart what is long and differs in its last letter', async () => {
      const long = 'x'.repeat(400);
      await counts().add([`${long}1`], NOON, later(1000));
      expect(await counts().read([`${long}2`], NOON)).toEqual([]);
    });

    it('forgets windows that are over, in steps, and no other', async () => {
      const subjects = times(3, anId);
      for (const subject of subjects) await counts().add([subject], NOON, later(10));
      const lasting = anId();
      await counts().add([lasting], NOON, later(60_000));
      while ((await counts().forget(later(5000), 2)) === 2);
      expect(await counts().read([...subjects, lasting], NOON)).toEqual([{ subject: lasting, count: 1, endsAt: later(60_000) }]);
    });
  });
}
