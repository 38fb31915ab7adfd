import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../accounts/user.ts';
import { fakePasswords, fakeTokens } from '../memory/index.ts';
import type { Role } from '../requests/actor.ts';
import { Refusal } from '../requests/refusal.ts';
import { BOOKING_STATUSES, type Booking, type BookingStatus, heldBy } from '../stock/booking.ts';
import type { Event } from '../stock/event.ts';
import { anEvent, anId, NOW } from './builders.ts';
import { type EveryUseCase, everyUseCase } from './in-memory-platform.ts';
import { OPEN } from './policies.ts';
import { as, OPERATOR, type Rows, rowsOf, type Store, times } from './store.ts';

/** An action. Events and bookings are picked from all that ever existed, also from deleted ones. */
type Action =
  | { readonly does: 'open an event'; readonly total: number; readonly price: number }
  | { readonly does: 'book'; readonly event: number; readonly quantity: number; readonly who: Who }
  | { readonly does: 'set a status'; readonly booking: number; readonly status: BookingStatus; readonly who: Who }
  | { readonly does: 'delete a booking'; readonly booking: number; readonly who: Who }
  | { readonly does: 'resize'; readonly event: number; readonly total: number; readonly who: Who }
  | { readonly does: 'change the price'; readonly event: number; readonly price: number; readonly who: Who }
  | { readonly does: 'delete an event'; readonly event: number; readonly who: Who }
  | { readonly does: 'give a role'; readonly who: 'sari' | 'budi'; readonly role: Role };
type Who = 'admin' | 'sari' | 'budi';

/** A simple model of the rows. */
interface Model {
  readonly events: { readonly id: string; total: number; price: number; gone: boolean }[];
  readonly bookings: {
    readonly id: string;
    readonly event: number;
    readonly owner: Who;
    row: Pick<Booking, 'quantity' | 'totalPriceCents' | 'status'> | undefined;
  }[];
  readonly roles: Record<Who, Role>;
}

/** One sequence of actions on a store: three users of its own, and the ids of everything it made. */
interface World {
  readonly store: Store;
  readonly rows: Rows;
  readonly useCases: EveryUseCase;
  readonly people: Readonly<Record<Who, User>>;
  readonly eventIds: string[];
  readonly bookingIds: string[];
}

/**
 * Tests the central promise on any store: available + held = total after any actions in any order. Actions run one by one, and a small
 * model predicts every answer. Or they run all at once. `runs` is the number of sequences of each kind.
 */
export function conservationProperty(name: string, open: () => Promise<Store>, { runs }: { readonly runs: number }): void {
  describe(`${name} conserves tickets`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('one step after the other, each answered as a small model answers it', async () => {
      await fc.assert(
        fc.asyncProperty(
          opening,
          fc.commands([actions.map((action) => new Step(action))], { maxCommands: 40, size: 'max' }),
          async (first, steps) => {
            const world = await newWorld(store);
            const model: Model = { events: [], bookings: [], roles: { admin: 'admin', sari: 'user', budi: 'user' } };
            await new Step(first).run(model, world);
            await fc.asyncModelRun(() => ({ model, real: world }), steps);
            await expectConserved(world);
          },
        ),
        { numRuns: runs },
      );
    });

    it('with everything at once', async () => {
      const wavesOf = fc.array(fc.array(actions, { minLength: 2, maxLength: 25, size: 'max' }), { minLength: 1, maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(opening, wavesOf, async (first, waves) => {
          const world = await newWorld(store);
          await act(world, first);
          for (const wave of waves) {
            await Promise.all(wave.map((action) => answerTo(act(world, action))));
            await expectConserved(world);
          }
        }),
        { numRuns: runs },
      );
    });
  });
}

const index = fc.nat(5);
const total = fc.integer({ min: 2, max: 10 });
const price = fc.nat(1_000_000);
const who = fc.constantFrom<Who>('admin', 'admin', 'admin', 'sari', 'budi');
const status = fc.constantFrom(...BOOKING_STATUSES);
const does = <const Does extends Action['does']>(name: Does) => fc.constant(name);

/** Every sequence starts with an event to be sold; without one few actions have an effect. */
const opening = fc.record({ does: does('open an event'), total, price });

/** Bookings and their changes are more frequent than other actions, because they can race. */
const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 1, arbitrary: opening },
  { weight: 6, arbitrary: fc.record({ does: does('book'), event: index, quantity: fc.integer({ min: 1, max: 4 }), who }) },
  { weight: 6, arbitrary: fc.record({ does: does('set a status'), booking: index, status, who }) },
  { weight: 1, arbitrary: fc.record({ does: does('delete a booking'), booking: index, who }) },
  { weight: 2, arbitrary: fc.record({ does: does('resize'), event: index, total, who }) },
  { weight: 1, arbitrary: fc.record({ does: does('change the price'), event: index, price, who }) },
  { weight: 1, arbitrary: fc.record({ does: does('delete an event'), event: index, who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: does('give a role'),
      who: fc.constantFrom('sari' as const, 'budi' as const),
      role: fc.constantFrom('user' as const, 'admin' as const),
    }),
  },
);

async function newWorld(store: Store): Promise<World> {
  const rows = rowsOf(store.ports, store.fresh);
  const useCases = everyUseCase({ ...store.ports, tokens: fakeTokens(), passwords: fakePasswords(), clock: () => NOW, newId: anId, ...OPEN });
  const people = { admin: await rows.user({ role: 'admin' }), sari: await rows.user(), budi: await rows.user() };
  return { store, rows, useCases, people, eventIds: [], bookingIds: [] };
}

/** Picks one of the ids. If there is none, it returns an id that no row has. */
const pick = (ids: readonly string[], number: number): string => ids[number % Math.max(ids.length, 1)] ?? anId();

async function act({ useCases, people, eventIds, bookingIds }: World, action: Action): Promise<Event | Booking | User | undefined> {
  switch (action.does) {
    case 'open an event': {
      const plan = anEvent();
      const { value: event } = await useCases.createEvent(as(people.admin), { ...plan, totalTickets: action.total, ticketPriceCents: action.price });
      eventIds.push(event.id);
      return event;
    }
    case 'book': {
      const { value: booking } = await useCases.bookTickets(as(people[action.who]), {
        eventId: pick(eventIds, action.event),
        quantity: action.quantity,
      });
      bookingIds.push(booking.id);
      return booking;
    }
    case 'set a status':
      return useCases.changeBookingStatus(as(people[action.who]), pick(bookingIds, action.booking), { status: action.status });
    case 'delete a booking':
      return useCases.deleteBooking(as(people[action.who]), pick(bookingIds, action.booking));
    case 'resize':
      return useCases.changeEvent(as(people[action.who]), pick(eventIds, action.event), { totalTickets: action.total });
    case 'change the price':
      return useCases.changeEvent(as(people[action.who]), pick(eventIds, action.event), { ticketPriceCents: action.price });
    case 'delete an event':
      return useCases.deleteEvent(as(people[action.who]), pick(eventIds, action.event));
    case 'give a role':
      return useCases.changeUser(OPERATOR, people[action.who].id, { role: action.role });
  }
}

type Answer = { readonly code: string; readonly value: Event | Booking | User | undefined };
/** The answer to an action. A refusal is an answer. Any other exception fails the property. */
const answerTo = (done: ReturnType<typeof act>): Promise<Answer> =>
  done.then(
    (value) => ({ code: 'done', value }),
    (error: unknown) => {
      if (error instanceof Refusal) return { code: error.code, value: undefined };
      throw error;
    },
  );

class Step implements fc.AsyncCommand<Model, World> {
  readonly #action: Action;
  constructor(action: Action) {
    this.#action = action;
  }
  check(): boolean {
    return true;
  }
  async run(model: Model, world: World): Promise<void> {
    const expected = foresee(model, this.#action);
    const { code, value } = await answerTo(act(world, this.#action));
    expect(code).toBe(expected.code);
    if (value !== undefined) expected.learn(value.id);
    await expectLike(model, world);
    await expectConserved(world);
  }
  toString(): string {
    return JSON.stringify(this.#action);
  }
}

const heldIn = (model: Model, event: number): number =>
  model.bookings.reduce(
    (sum, booking) => sum + (booking.event === event && booking.row && booking.row.status !== 'cancelled' ? booking.row.quantity : 0),
    0,
  );

/** Predicts the answer to an action, and changes the model as the rows should change. `learn` gets the id of a new row. */
function foresee(model: Model, action: Action): { readonly code: string; learn(id: string): void } {
  const done = { code: 'done', learn: () => {} };
  const no = (code: string) => ({ code, learn: () => {} });
  if (action.does === 'open an event') {
    const { total, price } = action;
    return { code: 'done', learn: (id) => void model.events.push({ id, total, price, gone: false }) };
  }
  if (action.does === 'give a role') {
    model.roles[action.who] = action.role;
    return done;
  }
  const isAdmin = model.roles[action.who] === 'admin';
  if (action.does === 'set a status' || action.does === 'delete a booking') {
    const booking = model.bookings[action.booking % Math.max(model.bookings.length, 1)];
    if (booking?.row === undefined) return no('not_found');
    if (!isAdmin && booking.owner !== action.who) return no('forbidden');
    if (action.does === 'delete a booking') {
      booking.row = undefined;
      return done;
    }
    const left = (model.events[booking.event]?.total ?? 0) - heldIn(model, booking.event);
    if (booking.row.status === 'cancelled' && action.status !== 'cancelled' && booking.row.quantity > left) return no('insufficient_tickets');
    booking.row = { ...booking.row, status: action.status };
    return done;
  }
  const at = action.event % Math.max(model.events.length, 1);
  const event = model.events[at];
  if (event === undefined || event.gone) return no('not_found');
  if (action.does === 'book') {
    const { quantity, who: owner } = action;
    if (quantity > event.total - heldIn(model, at)) return no('insufficient_tickets');
    const row = { quantity, totalPriceCents: quantity * event.price, status: 'confirmed' as const };
    return { code: 'done', learn: (id) => void model.bookings.push({ id, event: at, owner, row }) };
  }
  if (!isAdmin) return no('forbidden');
  if (action.does === 'resize') {
    if (action.total < heldIn(model, at)) return no('total_below_held');
    event.total = action.total;
  } else if (action.does === 'change the price') {
    event.price = action.price;
  } else {
    if (heldIn(model, at) > 0) return no('event_has_active_bookings');
    event.gone = true;
    for (const booking of model.bookings) if (booking.event === at) booking.row = undefined;
  }
  return done;
}

const allBookings = async ({ rows, people }: World): Promise<readonly Booking[]> =>
  (await Promise.all(Object.values(people).map(({ id }) => rows.bookingRows(id)))).flat();

/** Compares the rows with the model. The price of a booking never changes. */
async function expectLike(model: Model, world: World): Promise<void> {
  const events = await Promise.all(model.events.map((event) => world.rows.eventRow(event)));
  expect(events.map((row) => row && { total: row.totalTickets, price: row.ticketPriceCents, left: row.availableTickets })).toEqual(
    model.events.map(({ total, price, gone }, at) => (gone ? undefined : { total, price, left: total - heldIn(model, at) })),
  );
  const stored = (await allBookings(world)).map(({ id, eventId, userId, quantity, totalPriceCents, status }) => [
    id,
    { eventId, userId, quantity, totalPriceCents, status },
  ]);
  const expected = model.bookings.flatMap(({ id, event, owner, row }) =>
    row === undefined ? [] : [[id, { eventId: model.events[event]?.id, userId: world.people[owner].id, ...row }]],
  );
  expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(expected));
}

/** Checks that stock, bookings and ledger agree after a history. */
async function expectConserved(world: World): Promise<void> {
  const bookings = await allBookings(world);
  await Promise.all(
    world.eventIds.map(async (id) => {
      const [row, lines] = await Promise.all([world.rows.eventRow({ id }), world.store.movements(id)]);
      const ofEvent = bookings.filter(({ eventId }) => eventId === id);
      const sum = lines.reduce((left, { delta }) => left + delta, 0);
      expect(lines.map(({ stockVersion }) => stockVersion)).toEqual(times(lines.length, (line) => line + 1));
      expect(lines.every(({ delta }) => delta !== 0)).toBe(true);
      expect(lines.at(-1)?.availableAfter).toBe(sum);
      if (row === undefined) {
        expect([sum, ofEvent, lines.at(-1)?.reason]).toEqual([0, [], 'closed']);
        return;
      }
      const { availableTickets, totalTickets, stockVersion } = row;
      expect(availableTickets).toBeGreaterThanOrEqual(0);
      expect(availableTickets).toBeLessThanOrEqual(totalTickets);
      expect(availableTickets + ofEvent.reduce((held, booking) => held + heldBy(booking), 0)).toBe(totalTickets);
      expect([availableTickets, stockVersion]).toEqual([sum, lines.length]);
      for (const booking of ofEvent) {
        const moved = lines.filter(({ bookingId }) => bookingId === booking.id).reduce((held, { delta }) => held - delta, 0);
        expect(moved).toBe(heldBy(booking));
      }
    }),
  );
}
