import type { Page } from '@ticket/domain';
import { as, rowsOf, times, unwrapped } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, engines } from '../../../../tests/engines.ts';
import { FROZEN } from '../../../../tests/frozen-statements.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { inShort, type Trip, watchDrivers } from '../../../../tests/sent-statements.ts';
import { TOKENS } from '../container.ts';
import { PROFILES, type Profile } from '../profiles.ts';

/** What somebody asks so often that each statement of it counts; tests/frozen-statements.ts has them by these names. */
interface Scenario {
  readonly name: string;
  readonly profile?: Profile;
  /** Makes what has to be there before, and gives what is watched. */
  readonly prepare: (house: House) => Promise<() => Promise<unknown>>;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'a lone booking', prepare: aLoneBooking },
  { name: 'a lone booking with the limits of the locked profile', profile: 'locked', prepare: aLoneBooking },
  {
    name: 'a booking with an Idempotency-Key',
    prepare: async (house) => bookingWithKey(house),
  },
  {
    name: 'its replay',
    prepare: async (house) => {
      const book = await bookingWithKey(house);
      await book();
      return book;
    },
  },
  {
    name: 'a booking that finds too few tickets',
    prepare: async ({ useCases, rows, user }) => {
      const event = await rows.event({ totalTickets: 1 });
      return () => expect(useCases.bookTickets(as(user), { eventId: event.id, quantity: 2 })).rejects.toThrow('insufficient_tickets');
    },
  },
  {
    name: 'a booking is cancelled',
    prepare: async (house) => {
      const { id } = await aBookingOf(house);
      return () => house.useCases.changeBookingStatus(as(house.user), id, { status: 'cancelled' });
    },
  },
  {
    name: 'a booking is confirmed',
    prepare: async (house) => {
      const { id } = await aBookingOf(house);
      await house.useCases.changeBookingStatus(as(house.user), id, { status: 'pending' });
      return () => house.useCases.changeBookingStatus(as(house.user), id, { status: 'confirmed' });
    },
  },
  {
    name: 'a booking is deleted',
    prepare: async (house) => {
      const { id } = await aBookingOf(house);
      return () => house.useCases.deleteBooking(as(house.user), id);
    },
  },
  {
    name: 'a booking is cancelled with the limits of the locked profile',
    profile: 'locked',
    prepare: async (house) => {
      const { id } = await aBookingOf(house);
      return () => house.useCases.changeBookingStatus(as(house.user), id, { status: 'cancelled' });
    },
  },
  {
    name: 'an event gets another price',
    prepare: async ({ useCases, rows, admin }) => {
      const { id } = await rows.event();
      return () => useCases.changeEvent(as(admin), id, { ticketPriceCents: 1 });
    },
  },
  {
    name: 'an event gets another total',
    prepare: async ({ useCases, rows, admin }) => {
      const { id } = await rows.event({ totalTickets: 10 });
      return () => useCases.changeEvent(as(admin), id, { totalTickets: 20 });
    },
  },
  {
    name: 'an event is deleted',
    prepare: async ({ useCases, rows, admin }) => {
      const { id } = await rows.event();
      return () => useCases.deleteEvent(as(admin), id);
    },
  },
  {
    name: 'a page of events',
    prepare:
      async ({ useCases }) =>
      async () =>
        allOf(await useCases.listEvents({ actor: 'anonymous' }, { limit: 20 })),
  },
  {
    name: 'an event by id',
    prepare: async ({ useCases, rows }) => {
      const { id } = await rows.event();
      return () => useCases.readEvent({ actor: 'anonymous' }, id);
    },
  },
  {
    name: 'a page of their own bookings',
    prepare:
      async ({ useCases, user }) =>
      async () =>
        allOf(await useCases.listBookings(as(user), { limit: 20 })),
  },
  {
    name: 'a booking by id',
    prepare: async (house) => {
      const { id } = await aBookingOf(house);
      return () => house.useCases.readBooking(as(house.user), id);
    },
  },
  { name: 'a registration', prepare: aRegistration },
  { name: 'a registration with the limits of the locked profile', profile: 'locked', prepare: aRegistration },
  { name: 'a log-in', prepare: aLogIn },
  { name: 'a log-in in the locked profile', profile: 'locked', prepare: aLogIn },
];

/** Each of a crowd's transactions sends what a lone booking sends, however many share it. */
const OF_A_CROWD = 'a transaction of bookings together';
/** Bookings that come together share transactions: there are so many of them at most, also on a busy machine. */
const TRANSACTIONS_MAX = 32;

type House = Awaited<ReturnType<typeof open>>;

/** With all connections it may have, since one that is opened later would send its settings among what is watched. */
async function open(engine: Engine, profile: Profile) {
  const { container, close } = await openContainer(engine, { policies: PROFILES[profile] });
  if (engine !== 'sqlite')
    await container.get(TOKENS.database).transaction(async ({ dataSource }) => {
      const others = times(POOL_SIZE - 1, () => dataSource.createQueryRunner());
      await Promise.all(others.map((runner) => runner.query('SELECT 0')));
      await Promise.all(others.map((runner) => runner.release()));
    });
  const rows = rowsOf(portsOf(container));
  return { close, rows, user: await rows.user(), admin: await rows.user({ role: 'admin' }), useCases: container.get(TOKENS.useCases) };
}
/** As in tests/engines.ts. */
const POOL_SIZE = 10;

async function aLoneBooking({ useCases, rows, user }: House) {
  const event = await rows.event();
  return () => useCases.bookTickets(as(user), { eventId: event.id, quantity: 1 });
}

async function aBookingOf(house: House) {
  const book = await aLoneBooking(house);
  return unwrapped(book());
}

async function bookingWithKey({ useCases, rows, user }: House) {
  const event = await rows.event();
  const key = { value: event.id, fingerprint: 'the same' };
  return () => useCases.bookTickets({ ...as(user), key }, { eventId: event.id, quantity: 1 });
}

const FROM = [{ name: '192.0.2.1', isShared: false }];
const PASSWORD = 'nine blue herons over Musi';

async function aRegistration({ useCases }: House) {
  return () => useCases.registerUser({ actor: 'anonymous' }, { name: 'Sari', email: `${crypto.randomUUID()}@example.com`, password: PASSWORD }, FROM);
}

async function aLogIn({ useCases }: House) {
  const email = `${crypto.randomUUID()}@example.com`;
  await useCases.registerUser({ actor: 'anonymous' }, { name: 'Sari', email, password: PASSWORD }, FROM);
  return () => useCases.logIn({ email, password: PASSWORD }, FROM);
}

async function allOf({ parts }: Page<unknown>): Promise<void> {
  for await (const part of parts) expect(part).not.toHaveLength(0);
}

const counted = (trips: readonly string[]) => [`trips: ${trips.length}`, ...trips];

/** What each connection sent, from each BEGIN to its COMMIT; SQLite's inserts, which come in powers of two, once each. */
function transactionsOf(trips: readonly Trip[]): string[][] {
  const transactions: string[][] = [];
  for (const one of new Set(trips.map(({ connection }) => connection)))
    for (const text of trips.filter(({ connection }) => connection === one).map(inShort)) {
      const open = transactions.at(-1);
      if (open === undefined || open.at(-1) === 'COMMIT' || open.at(-1) === 'ROLLBACK') transactions.push([text]);
      else if (!text.startsWith('INSERT') || open.at(-1) !== text) open.push(text);
    }
  return transactions;
}

describe.each(engines)('what is sent to %s', (engine) => {
  let drivers: ReturnType<typeof watchDrivers>;
  const houses = new Map<Profile, House>();
  beforeAll(async () => {
    drivers = watchDrivers();
    for (const profile of ['open', 'locked'] as const) houses.set(profile, await open(engine, profile));
  });
  afterAll(async () => {
    drivers.restore();
    for (const { close } of houses.values()) await close();
  });
  const frozen = (name: string) => FROZEN[name]?.[engine] ?? expect.fail(`nothing is frozen of ${name}`);
  const houseOf = (profile: Profile) => houses.get(profile) ?? expect.fail();

  it.each(SCENARIOS)('$name', async ({ name, profile = 'open', prepare }) => {
    const trips = await drivers.during(await prepare(houseOf(profile)));
    expect(counted(trips.map(inShort))).toEqual(frozen(name));
  });

  it.each([
    [64, 1],
    [64, 16],
  ])('%i bookings together, of %i events', async (bookings, eventCount) => {
    const { useCases, rows } = houseOf('open');
    const users = await Promise.all(times(bookings, () => rows.user()));
    const events = await Promise.all(times(eventCount, () => rows.event({ totalTickets: 1000 })));
    const trips = await drivers.during(() =>
      Promise.all(users.map((user, n) => useCases.bookTickets(as(user), { eventId: events[n % eventCount]?.id ?? '', quantity: 1 }))),
    );
    const transactions = transactionsOf(trips);
    for (const transaction of transactions) expect(counted(transaction)).toEqual(frozen(OF_A_CROWD));
    expect(transactions.length).toBeLessThanOrEqual(TRANSACTIONS_MAX);
  });
});

it('nothing is frozen that nobody asks for', () => {
  expect(Object.keys(FROZEN).toSorted()).toEqual([...SCENARIOS.map(({ name }) => name), OF_A_CROWD].toSorted());
});
