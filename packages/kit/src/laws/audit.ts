import { differencesIn } from '@ticket/domain';
import type { StockFacts } from '@ticket/domain/spi';
import { allSettled, answersTo, check, equal, partly } from '../assertions.ts';
import { anId } from '../builders.ts';
import type { LawDefinition, Scene } from '../law.ts';
import { times } from '../rows.ts';
import { wordsOfDifference } from '../stock-facts.ts';

/** Every event, page by page. */
async function pages({ store }: Scene, limit: number): Promise<StockFacts[]> {
  const facts: StockFacts[] = [];
  for (let page = await store.stockQueries.page(undefined, limit); page.length > 0; ) {
    facts.push(...page);
    page = await store.stockQueries.page(page.at(-1)?.eventId, limit);
  }
  return facts;
}

/** The facts that an audit compares. Each answer is one snapshot. */
export const AUDIT: readonly LawDefinition[] = [
  {
    id: 'A1',
    level: 'audit',
    title: 'the facts of an event say what is held, what moved, how often, and up to which version',
    hold: async ({ rows, store }) => {
      const event = await rows.event({ totalTickets: 10 });
      const userId = await rows.user();
      const [kept, cancelled, deleted] = [
        await rows.book(event, { userId, quantity: 4 }),
        await rows.book(event, { userId }),
        await rows.book(event, { userId }),
      ];
      await rows.setStatus(kept, 'pending');
      await rows.setStatus(cancelled, 'cancelled');
      await rows.deleteBooking(deleted);
      const facts = await store.stockQueries.find(event.id);
      equal(facts.length, 1, 'facts of one event');
      partly(facts[0]?.event, { totalTickets: 10, availableTickets: 6, stockVersion: 6 });
      partly(facts[0], {
        eventId: event.id,
        heldTickets: 4,
        movedTickets: 6,
        movements: 6,
        firstVersion: 1,
        lastVersion: 6,
        availableAfterIsOffBy: 0,
        unmatchedBookings: 0,
        unmatchedBookingId: undefined,
      });
    },
  },
  {
    id: 'A2',
    level: 'audit',
    title: 'an event without bookings has facts, and so has a deleted one, by its closed ledger; what never was has none',
    hold: async ({ rows, store }) => {
      const [event, gone] = [await rows.event({ totalTickets: 3 }), await rows.event({ totalTickets: 3 })];
      await rows.deleteEvent(gone);
      partly((await store.stockQueries.find(event.id))[0], { heldTickets: 0, movedTickets: 3, movements: 1, firstVersion: 1, lastVersion: 1 });
      partly((await store.stockQueries.find(gone.id))[0], {
        event: undefined,
        heldTickets: 0,
        movedTickets: 0,
        movements: 2,
        firstVersion: 1,
        lastVersion: 2,
      });
      equal(await store.stockQueries.find(anId()), []);
    },
  },
  {
    id: 'A3',
    level: 'audit',
    title: 'pages walk every event once, deleted ones too, in the order of their ids, whatever a page holds',
    hold: async (scene) => {
      const made = [];
      for (const _ of times(7, () => undefined)) made.push(await scene.rows.event());
      for (const event of made.slice(0, 2)) await scene.rows.deleteEvent(event);
      for (const limit of [1, 2, 3, 100]) {
        const found = (await pages(scene, limit)).map(({ eventId }) => eventId);
        equal(found, made.map(({ id }) => id).toSorted(), `a walk by ${limit}`);
      }
    },
  },
  {
    id: 'A4',
    level: 'audit',
    title: 'an audit shows no false difference while tickets are sold, cancelled and resized',
    hold: async (scene) => {
      const { rows } = scene;
      const [one, other] = [await rows.event({ totalTickets: 40 }), await rows.event({ totalTickets: 40 })];
      const userId = await rows.user();
      let isSelling = true;
      const storm = (async () => {
        for (const round of times(12, (index) => index)) {
          const booked = await Promise.allSettled(times(8, (index) => rows.book(index % 2 === 0 ? one : other, { userId })));
          const bookings = booked.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
          await answersTo([
            ...bookings.slice(0, 4).map((booking) => rows.setStatus(booking, 'cancelled')),
            ...bookings.slice(4, 6).map((booking) => rows.deleteBooking(booking)),
            rows.edit(one, { totalTickets: 40 + round }),
          ]);
        }
      })().finally(() => {
        isSelling = false;
      });
      let audits = 0;
      const look = async () => {
        for (; isSelling; audits += 1) {
          await new Promise((resolve) => setTimeout(resolve, 1)); // without this pause, a store in memory would not let the other calls run
          equal((await pages(scene, 3)).flatMap(differencesIn).map(wordsOfDifference), [], 'differences');
        }
      };
      await allSettled([storm, look()]);
      check(audits > 0, 'no audit was made during the sale');
      equal((await pages(scene, 50)).flatMap(differencesIn).map(wordsOfDifference), [], 'differences');
    },
  },
];
