import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differencesIn, type StockFacts } from '../stock/audit.ts';
import { anId } from './builders.ts';
import { answersOf, type Rows, rowsOf, type Store, times } from './store.ts';

/** What every StockQueries promises: all facts of an event are of one moment, also during sales. */
export function stockQueriesContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the promises of StockQueries`, () => {
    let store: Store;
    let rows: Rows;
    beforeAll(async () => {
      store = await open();
      rows = rowsOf(store.ports);
    });
    afterAll(() => store.close());

    /** Every event, page by page. */
    async function all(limit: number): Promise<StockFacts[]> {
      const facts: StockFacts[] = [];
      for (let page = await store.ports.stockQueries.page(undefined, limit); page.length > 0; ) {
        facts.push(...page);
        page = await store.ports.stockQueries.page(page.at(-1)?.eventId, limit);
      }
      return facts;
    }

    it('tells what is held, what moved, how often and up to which version', async () => {
      const event = await rows.event({ totalTickets: 10, availableTickets: 10 });
      const { id: userId } = await rows.user();
      const [kept, cancelled, deleted] = [
        await rows.book(event, { userId, quantity: 4 }),
        await rows.book(event, { userId }),
        await rows.book(event, { userId }),
      ];
      await rows.setStatus(kept, 'pending');
      await rows.setStatus(cancelled, 'cancelled');
      await rows.deleteBooking(deleted);
      expect(await store.ports.stockQueries.find(event.id)).toMatchObject([
        {
          eventId: event.id,
          event: { totalTickets: 10, availableTickets: 6, stockVersion: 6 },
          heldTickets: 4,
          movedTickets: 6,
          movements: 6,
          firstVersion: 1,
          lastVersion: 6,
          availableAfterIsOffBy: 0,
          unmatchedBookings: 0,
          unmatchedBookingId: undefined,
        },
      ]);
    });

    it('reports an event without bookings, and a deleted event by its closed ledger', async () => {
      const [event, gone] = [await rows.event({ totalTickets: 3, availableTickets: 3 }), await rows.event({ totalTickets: 3, availableTickets: 3 })];
      await rows.deleteEvent(gone);
      expect(await store.ports.stockQueries.find(event.id)).toMatchObject([
        { heldTickets: 0, movedTickets: 3, movements: 1, firstVersion: 1, lastVersion: 1 },
      ]);
      expect(await store.ports.stockQueries.find(gone.id)).toMatchObject([
        { event: undefined, heldTickets: 0, movedTickets: 0, movements: 2, firstVersion: 1, lastVersion: 2, availableAfterIsOffBy: 0 },
      ]);
    });

    it('tells nothing of what never was', async () => {
      expect(await store.ports.stockQueries.find(anId())).toEqual([]);
    });

    it('walks every event once, deleted ones too, in the order of their ids, whatever a page holds', async () => {
      const made = [];
      for (const _ of times(7, () => undefined)) made.push(await rows.event());
      for (const event of made.slice(0, 2)) await rows.deleteEvent(event);
      for (const limit of [1, 2, 3, 100]) {
        const ids = (await all(limit)).map(({ eventId }) => eventId);
        expect(ids).toEqual([...new Set(ids)].toSorted());
        for (const { id } of made) expect(ids).toContain(id);
      }
    });

    it('shows no false difference while tickets are sold, cancelled and resized', async () => {
      const events = [await rows.event({ totalTickets: 40, availableTickets: 40 }), await rows.event({ totalTickets: 40, availableTickets: 40 })];
      const { id: userId } = await rows.user();
      let selling = true;
      const storm = (async () => {
        for (let round = 0; round < 12; round++) {
          const [one, other] = events;
          if (one === undefined || other === undefined) return;
          const booked = await Promise.allSettled(times(8, (index) => rows.book(index % 2 === 0 ? one : other, { userId })));
          const bookings = booked.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
          await answersOf([
            ...bookings.slice(0, 4).map((booking) => rows.setStatus(booking, 'cancelled')),
            ...bookings.slice(4, 6).map((booking) => rows.deleteBooking(booking)),
            rows.edit(one, { totalTickets: 40 + round }),
          ]);
        }
      })().finally(() => {
        selling = false;
      });
      let audits = 0;
      for (; selling; audits++) {
        await new Promise((resolve) => setTimeout(resolve, 1)); // otherwise an in-memory store would never let the sales run
        expect((await all(3)).flatMap(differencesIn)).toEqual([]);
      }
      await storm;
      expect(audits).toBeGreaterThan(0);
      expect((await all(50)).flatMap(differencesIn)).toEqual([]);
    });
  });
}
