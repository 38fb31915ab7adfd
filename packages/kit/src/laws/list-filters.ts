import type { Booking, Cursor, Event, EventFilter, EventOrder, PageRequest, PageRows } from '@ticket/domain';
import { placeOf, searchedWordsOf } from '@ticket/domain/spi';
import { check, equal } from '../assertions.ts';
import { anId } from '../builders.ts';
import type { LawDefinition, Scene } from '../law.ts';

const day = (number: number): Date => new Date(Date.UTC(2031, 0, number, 12));
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
const places = { text: (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0) };
const differenceOf = (one: Cursor['at'], other: Cursor['at']): number =>
  typeof one === 'string' ? places.text(one, String(other)) : Number(one) - Number(other);

/** Every row of a list, read in parts as `readPage` does. A part may be short, and says where the next one begins. */
async function walked<Row>(limit: number, list: (part: PageRequest) => Promise<PageRows<Row>>, placeOfRow: (row: Row) => Cursor): Promise<Row[]> {
  const seen: Row[] = [];
  for (let after: Cursor | undefined; ; ) {
    const { rows, isMore, end }: PageRows<Row> = await list({ after, offset: 0, limit });
    check(rows.length <= limit, `a part of ${limit} rows at most has ${rows.length}`);
    seen.push(...rows);
    const last = rows.at(-1);
    const next: Cursor | undefined = end ?? (last && placeOfRow(last));
    if (!isMore) return seen;
    check(next !== undefined && next !== after, 'a part with more behind it says where the next one begins');
    after = next;
  }
}

/** Eight events with some equal values in each order. Some are sold out, some are edited. */
async function eightEvents({ rows }: Scene): Promise<Event[]> {
  const organizerId = await rows.user();
  const events: Event[] = [];
  const names = ['Konser Malam', 'konser malam', 'Étoile', 'Pameran', 'etoile', 'Zebra', 'Pameran', 'Ångström'];
  for (const [index, name] of names.entries())
    events.push(
      await rows.event({
        organizerId,
        name,
        location: index % 2 === 0 ? 'Palembang' : 'Jakarta',
        eventDate: day(1 + (index % 4)),
        ticketPriceCents: (index % 3) * 100,
        totalTickets: 2,
        createdAt: day(0),
        updatedAt: day(index),
      }),
    );
  const buyer = await rows.user();
  for (const event of events.filter((_, index) => index % 3 === 0)) await rows.book(event, { userId: buyer, quantity: 2 });
  return Promise.all(events.map(async (event) => (await rows.stored(event)) ?? event));
}

const ORDERS: readonly (EventOrder | undefined)[] = [undefined, 'eventDate', 'name', 'ticketPrice'];
const FILTERS: readonly [filter: EventFilter, isListed: (event: Event) => boolean][] = [
  [{ from: day(2) }, ({ eventDate }) => eventDate >= day(2)],
  [{ to: day(3) }, ({ eventDate }) => eventDate < day(3)],
  [{ from: day(2), to: day(3) }, ({ eventDate }) => eventDate >= day(2) && eventDate < day(3)],
  [{ isAvailable: true }, ({ availableTickets }) => availableTickets > 0],
  [{ isAvailable: true, from: day(3) }, ({ availableTickets, eventDate }) => availableTickets > 0 && eventDate >= day(3)],
  [{ modifiedSince: day(4) }, ({ updatedAt }) => updatedAt >= day(4)],
  [{ words: ['etoile'] }, (event) => hasWords(event, ['etoile'])],
  [{ words: ['pal', 'kons'] }, (event) => hasWords(event, ['pal', 'kons'])],
  [{ words: ['jakarta'], from: day(2) }, (event) => hasWords(event, ['jakarta']) && event.eventDate >= day(2)],
  [{ words: ['angs'] }, (event) => hasWords(event, ['angs'])],
  [{ words: ['nothing'] }, () => false],
];
const hasWords = (event: Event, words: readonly string[]): boolean =>
  words.every((word) => searchedWordsOf(event).some((one) => one.startsWith(word)));

const inOrderOf = (filter: EventFilter, events: readonly Event[], direction: 1 | -1): Event[] =>
  events.toSorted((one, other) => {
    const [first, second] = [placeOf(filter, one), placeOf(filter, other)];
    return direction * (differenceOf(first.at, second.at) || places.text(one.id, other.id));
  });

/** Orders and filters of lists. */
export const LIST_FILTERS: readonly LawDefinition[] = [
  {
    id: 'R9',
    level: 'reads',
    title: 'events are listed by date, name or price, and the opposite order is exactly that backwards, also among equal rows',
    hold: async (scene) => {
      const events = await eightEvents(scene);
      for (const order of ORDERS)
        for (const [reversed, direction] of [[undefined, 1] as const, [true, -1] as const]) {
          const expected = ids(inOrderOf({ order }, events, direction));
          for (const limit of [1, 3, 9]) {
            const seen = await walked(
              limit,
              (part) => scene.store.eventQueries.list({ ...part, order, reversed }),
              (event) => placeOf({ order }, event),
            );
            equal(ids(seen), expected, `by ${order ?? 'date'}${reversed ? ', backwards' : ''}, ${limit} at a time`);
          }
        }
    },
  },
  {
    id: 'R10',
    level: 'reads',
    title: 'a filtered list has exactly the events of its filter: by date, by tickets left, by edits, by words; and they are counted',
    hold: async (scene) => {
      const events = await eightEvents(scene);
      const { eventQueries } = scene.store;
      for (const [filter, isListed] of FILTERS) {
        const listed = inOrderOf(filter, events.filter(isListed), 1);
        for (const limit of [2, 9])
          equal(
            ids(
              await walked(
                limit,
                (part) => eventQueries.list({ ...part, ...filter }),
                (event) => placeOf(filter, event),
              ),
            ),
            ids(listed),
            JSON.stringify(filter),
          );
        const isCounted = filter.words === undefined && filter.modifiedSince === undefined;
        if (isCounted) equal(await eventQueries.count(filter), listed.length, `the count of ${JSON.stringify(filter)}`);
      }
    },
  },
  {
    id: 'R24',
    level: 'reads',
    title: 'the bookings of one event come in the order of the ledger, the latest sale first, whatever their dates',
    hold: async ({ rows, store: { bookingQueries } }) => {
      const [event, other] = [await rows.event({ totalTickets: 100 }), await rows.event()];
      const [sari, budi] = [await rows.user(), await rows.user()];
      const sold: Booking[] = [];
      for (const [index, number] of [5, 2, 9, 2, 7].entries())
        sold.push(await rows.book(event, { userId: index % 2 === 0 ? sari : budi, now: day(number) }));
      await rows.book(other, { userId: sari });
      const [, cancelled] = sold;
      if (cancelled !== undefined) await rows.setStatus(cancelled, 'cancelled');
      const latestFirst = ids(sold).reverse();
      const list = (reversed?: true) => (part: PageRequest) => bookingQueries.list({ ...part, eventId: event.id, reversed });
      const byDate = ({ id, bookingDate: at }: Booking): Cursor => ({ at, id });
      for (const limit of [1, 2, 9]) {
        equal(ids(await walked(limit, list(), byDate)), latestFirst, `${limit} at a time`);
        equal(ids(await walked(limit, list(true), byDate)), ids(sold), `${limit} at a time, backwards`);
      }
      equal((await bookingQueries.list({ offset: 0, limit: 9, eventId: anId() })).rows, []);
    },
  },
  {
    id: 'R25',
    level: 'reads',
    title: 'a filtered list has exactly the bookings of its filter: by user, event, status and date',
    hold: async ({ rows, store: { bookingQueries } }) => {
      const [event, other] = [await rows.event({ totalTickets: 100 }), await rows.event({ totalTickets: 100 })];
      const [sari, budi] = [await rows.user(), await rows.user()];
      for (const [index, number] of [1, 2, 3, 4, 5, 6, 7, 8].entries())
        await rows.book(index % 3 === 0 ? other : event, { userId: index % 2 === 0 ? sari : budi, now: day(number) });
      const all = [...(await rows.bookings(event)), ...(await rows.bookings(other))];
      for (const booking of all.slice(0, 3)) await rows.setStatus(booking, 'cancelled');
      const stored = [...(await rows.bookings(event)), ...(await rows.bookings(other))];
      const newestFirst = stored.toSorted((one, two) => two.bookingDate.getTime() - one.bookingDate.getTime());
      const byDate = ({ id, bookingDate: at }: Booking): Cursor => ({ at, id });
      for (const userId of [undefined, sari])
        for (const eventId of userId === undefined ? [undefined] : [undefined, event.id])
          for (const status of [undefined, 'cancelled', 'confirmed'] as const)
            for (const [from, to] of [
              [undefined, undefined],
              [day(3), day(6)],
            ] as const) {
              const filter = { userId, eventId, status, from, to };
              const expected = newestFirst.filter(
                (booking) =>
                  (userId === undefined || booking.userId === userId) &&
                  (eventId === undefined || booking.eventId === eventId) &&
                  (status === undefined || booking.status === status) &&
                  (from === undefined || (booking.bookingDate >= from && booking.bookingDate < to)),
              );
              for (const limit of [2, 9])
                equal(ids(await walked(limit, (part) => bookingQueries.list({ ...part, ...filter }), byDate)), ids(expected), JSON.stringify(filter));
            }
    },
  },
];
