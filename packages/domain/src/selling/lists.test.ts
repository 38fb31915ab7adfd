import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../requests/context.ts';
import type { Page } from '../requests/page.ts';
import { aBooking, anEvent } from '../testing/builders.ts';
import { inMemoryPlatform } from '../testing/in-memory-platform.ts';
import { LOCKED, OPEN } from '../testing/policies.ts';
import { answerOf, as, OPERATOR, times } from '../testing/store.ts';

const NOBODY: RequestContext = { actor: 'anonymous' };
async function all<Row>(listing: Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const part of (await listing).parts) rows.push(...part);
  return rows;
}
const day = (number: number) => new Date(Date.UTC(2031, 0, number));

describe('the list of events', () => {
  it('has the next event first, with its organizer, and a total', async () => {
    const { useCases, rows, admin, event } = await inMemoryPlatform();
    const [late, early] = [
      await rows.event({ organizerId: admin.id, eventDate: day(30) }),
      await rows.event({ organizerId: admin.id, eventDate: day(1) }),
    ];
    const list = await all(useCases.listEvents(NOBODY, {}));
    expect(list.map(({ id }) => id)).toEqual([early, event, late].map(({ id }) => id));
    expect(list[0]?.organizer).toMatchObject({ id: admin.id, name: 'Ibu Ani' });
    expect(await useCases.listEvents(NOBODY, { limit: 2 })).toMatchObject({ total: 3, next: { limit: 2, after: { id: event.id } } });
  });

  it('ends at 100 in the locked profile and leads on', async () => {
    const { useCases, rows, admin } = await inMemoryPlatform({ ...LOCKED });
    await Promise.all(times(100, () => rows.event({ organizerId: admin.id })));
    const listing = await useCases.listEvents(NOBODY, {});
    expect(listing).toMatchObject({ total: 101, next: { limit: 100, after: {} } });
    expect(await all(Promise.resolve(listing))).toHaveLength(100);
    expect(await all(useCases.listEvents(NOBODY, listing.next ?? {}))).toHaveLength(1);
    expect(await answerOf(useCases.listEvents(NOBODY, { limit: 101 }))).toBe('invalid_input');
  });
});

describe('a filtered list', () => {
  it('refuses filters that no index serves together', async () => {
    const { useCases, sari } = await inMemoryPlatform();
    const fieldsOf = async (listing: Promise<unknown>) =>
      listing.then(
        () => [],
        (error: { details: { faults: { field: string }[] } }) => error.details.faults.map(({ field }) => field),
      );
    const events = (request: object) => fieldsOf(useCases.listEvents(NOBODY, request));
    expect(await events({ from: day(1), to: day(2), isAvailable: true, reversed: true, total: true })).toEqual([]);
    expect(await events({ from: day(1), search: 'konser' })).toEqual([]);
    expect(await events({ order: 'name', from: day(1), isAvailable: true })).toEqual(['from', 'isAvailable']);
    expect(await events({ order: 'ticketPrice', search: 'a' })).toEqual(['search']);
    expect(await events({ search: 'a', isAvailable: true, total: true, offset: 1 })).toEqual(['isAvailable', 'total', 'offset']);
    expect(await events({ modifiedSince: day(1), order: 'name', from: day(1), search: 'a' })).toEqual(['order', 'from', 'search']);
    expect([await events({ search: ' … ' }), await events({ search: 'a'.repeat(101) }), await events({ search: 'a b c d e f g h i' })]).toEqual([
      ['search'],
      ['search'],
      ['search'],
    ]);
    expect([await events({ search: '🎫'.repeat(100) }), await events({ search: '🎫'.repeat(101) })]).toEqual([[], ['search']]);
    expect(await fieldsOf(useCases.listBookings(as(sari), { status: 'pending', offset: 1, total: true }))).toEqual(['offset', 'total']);
    expect(await fieldsOf(useCases.listBookings(as(sari), { from: day(1), offset: 1, total: true }))).toEqual([]);
  });
});

describe('the list of bookings', () => {
  it("has the actor's own, newest first and counted; an admin's has all, counted on request", async () => {
    const { useCases, rows, sari, budi, admin, event } = await inMemoryPlatform();
    const first = await rows.book(event, { userId: sari.id, now: day(1) });
    const second = await rows.book(event, { userId: budi.id, now: day(2) });
    const third = await rows.book(event, { userId: sari.id, now: day(3) });
    const ids = async (context: RequestContext) => (await all(useCases.listBookings(context, {}))).map(({ id }) => id);
    expect(await ids(as(sari))).toEqual([third.id, first.id]);
    expect(await ids(as(budi))).toEqual([second.id]);
    for (const context of [as(admin), OPERATOR]) expect(await ids(context)).toEqual([third.id, second.id, first.id]);
    const totals = [useCases.listBookings(as(sari), {}), useCases.listBookings(as(admin), {}), useCases.listBookings(as(admin), { total: true })];
    expect((await Promise.all(totals)).map(({ total }) => total)).toEqual([2, undefined, 3]);
    expect(await useCases.listBookings(as(sari), { limit: 1 })).toMatchObject({ total: 2, next: { limit: 1, after: { at: day(3), id: third.id } } });
  });
});

describe('a long list', () => {
  /** Two parts: a full one, and one behind its last row. */
  const inParts = <Row>(first: Row, asked: object[]) => ({
    find: async () => undefined,
    list: async (part: object) => {
      asked.push(part);
      return { rows: [first], isMore: asked.length === 1 };
    },
    count: async () => 2,
  });

  it('of events goes on behind the date and the id of its last row', async () => {
    const asked: object[] = [];
    const row = { ...anEvent({ id: 'e1', eventDate: day(1) }), organizer: undefined };
    const { useCases } = await inMemoryPlatform({ eventQueries: inParts(row, asked) });
    expect(await all(useCases.listEvents(NOBODY, {}))).toEqual([row, row]);
    expect(asked).toEqual([
      { offset: 0, limit: 1500 },
      { after: { at: day(1), id: 'e1' }, offset: 0, limit: 1500 },
    ]);
  });

  it('of bookings goes on behind the date and the id of its last row, for the same user', async () => {
    const asked: object[] = [];
    const row = { ...aBooking({ id: 'b1', bookingDate: day(2) }), user: undefined, event: anEvent() };
    const { useCases, sari } = await inMemoryPlatform({ bookingQueries: inParts(row, asked) });
    expect(await all(useCases.listBookings(as(sari), {}))).toEqual([row, row]);
    expect(asked).toEqual([
      { userId: sari.id, offset: 0, limit: 1500 },
      { userId: sari.id, after: { at: day(2), id: 'b1' }, offset: 0, limit: 1500 },
    ]);
  });
});

describe('the total of bookings', () => {
  it('that a user asks for is of their own alone', async () => {
    const { useCases, rows, sari, budi, event } = await inMemoryPlatform();
    for (const { id: userId } of [sari, budi, budi]) await rows.book(event, { userId });
    const totals = [sari, budi].map(async (user) => (await useCases.listBookings(as(user), { total: true })).total);
    expect(await Promise.all(totals)).toEqual([1, 2]);
  });
});

describe('the total of many bookings', () => {
  it('is told in one profile, and in the other not beyond as many rows as may be paged through, for every actor', async () => {
    for (const [profile, many] of [
      ['open', 4],
      ['locked', undefined],
    ] as const) {
      const { policy: whole } = profile === 'open' ? OPEN : LOCKED;
      const policy = { ...whole, list: { ...whole.list, totalMax: whole.list.totalMax === 'unlimited' ? ('unlimited' as const) : 3 } };
      const { useCases, rows, sari, admin, event } = await inMemoryPlatform({ policy });
      const totals = async () =>
        Promise.all([as(sari), as(admin)].map(async (context) => (await useCases.listBookings(context, { total: true })).total));
      await Promise.all(times(3, () => rows.book(event, { userId: sari.id })));
      expect(await totals()).toEqual([3, 3]);
      await rows.book(event, { userId: sari.id });
      expect(await totals()).toEqual([many, many]);
    }
  });
});

describe('the list of users', () => {
  it('has the oldest account first, counted on request', async () => {
    const { useCases, rows, admin, sari, budi } = await inMemoryPlatform();
    const oldest = await rows.user({ createdAt: day(-1000) });
    const list = await all(useCases.listUsers(as(admin), {}));
    expect(list).toEqual([oldest, admin, sari, budi]);
    expect((await useCases.listUsers(as(admin), {})).total).toBeUndefined();
    expect(await useCases.listUsers(as(admin), { total: true, limit: 2, offset: 1 })).toMatchObject({ total: 4, next: { limit: 2, offset: 3 } });
  });
});
