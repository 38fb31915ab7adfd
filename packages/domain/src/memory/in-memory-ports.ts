import { placeOfUser } from '../accounts/list-filters.ts';
import { ACCOUNT_POLICY } from '../accounts/policy.ts';
import type { AccountPorts, StoredUser } from '../accounts/ports.ts';
import type { User } from '../accounts/user.ts';
import { requireDeletable } from '../accounts/user-facts.ts';
import { actorNow } from '../requests/actor.ts';
import { type Answer, firstAnswer, type IdempotencyRecord, ownerOf, recordName } from '../requests/idempotency.ts';
import { endOfLongestWindow, endOfWindow, type RateCount } from '../requests/rate-counts.ts';
import { assert, refuse } from '../requests/refusal.ts';
import { type BookingFilter, type EventFilter, placeOf } from '../selling/list-filters.ts';
import { SELLING_POLICY } from '../selling/policy.ts';
import type { Ports } from '../selling/ports.ts';
import type { BookingView, EventView, Person } from '../selling/views.ts';
import type { Booking } from '../stock/booking.ts';
import type { StockDecision, Writes } from '../stock/decisions.ts';
import type { Event } from '../stock/event.ts';
import type { StockMovement } from '../stock/ledger.ts';
import { settle } from '../stock/settlement.ts';
import { isListed, isListedBooking, isListedUser } from './filtered.ts';
import {
  actorRowIn,
  bookingsIn,
  emptyMemory,
  isKnownIn,
  type Memory,
  nextId,
  rowsIn,
  salesIn,
  stockFactsIn,
  userFactsIn,
  usersIn,
} from './memory.ts';
import { pageOf } from './pages.ts';
import { fakePasswords, fakeTokens } from './tokens-and-passwords.ts';

/** The ports of the core and of accounts, and a look at the ledger. */
export interface InMemoryPorts extends Ports, Omit<AccountPorts, keyof Ports> {
  readonly users: AccountPorts['users'];
  /** The ledger lines of an event, also of a deleted one, by version. */
  movements(eventId: string): Promise<readonly StockMovement[]>;
}

const unwrapped = async <Value>(answer: Promise<Answer<Value>>): Promise<Value> => (await answer).value;

const isRunning = ({ endsAt }: RateCount, now: Date): boolean => endsAt > now && endsAt <= endOfWindow(now);

/**
 * Every port in memory. Each keeps all promises of its port: calls run one at a time, an error stores nothing, and foreign keys are
 * checked. Before it runs, each call awaits `giveWay`, so that calls interleave as on a database.
 */
export function inMemoryPorts(
  overrides: Partial<Ports & AccountPorts> = {},
  memory: Memory = emptyMemory(),
  giveWay: () => Promise<void> = () => Promise.resolve(),
): InMemoryPorts {
  const { hasAccounts, events, bookings, accounts, ledger, kept, counts } = memory;
  const clock = overrides.clock ?? (() => new Date());
  const policy = overrides.policy ?? SELLING_POLICY;

  return {
    events: {
      reserveTickets: (eventId, context, decide) => settled(() => ({ subject: 'booking', eventId, bookingId: undefined, ...context, decide })),
      change: (eventId, context, decide) => settled(() => ({ subject: 'event', eventId, ...context, decide })),
    },
    bookings: {
      change: (bookingId, { actor }, decide) =>
        unwrapped(settled(() => ({ subject: 'booking', eventId: bookings.get(bookingId)?.eventId, bookingId, actor, decide }))),
    },
    users: {
      find: (id) => inTurn(() => accounts.get(id)?.user),
      findByEmail: (email) => inTurn(() => usersIn(memory).find((user) => user.email === email)),
      findFacts: (id) => inTurn(() => userFactsIn(memory, id)),
      findCredentials: (email) => inTurn(() => [...accounts.values()].find(({ user }) => user.email === email)),
      change: (id, { actor, key }, decide) =>
        inTurn(() => {
          const first = firstAnswer<User>(key && kept.get(recordName(ownerOf(actor), key.value)), key, actorNow(actor, actorRowIn(memory, actor)));
          if (first !== undefined) return { value: { user: first } as ReturnType<typeof decide>, replayed: true }; // a request that creates a user has a user as its answer
          const { hasOtherAdmins } = userFactsIn(memory, id);
          const after = decide({ actor: actorNow(actor, actorRowIn(memory, actor)), user: accounts.get(id)?.user, hasOtherAdmins });
          storeUser(id, after);
          if (key !== undefined && after !== undefined)
            keep({ owner: ownerOf(actor), key: key.value, kind: key.kind, fingerprint: key.fingerprint, answer: after.user });
          return { value: after, replayed: false };
        }),
    },
    eventQueries: {
      find: (id) => inTurn(() => viewIn(events, id, viewOfEvent)),
      list: (part) => inTurn(() => pageOf(listed(part), (event) => placeOf(part, event), part, 1, viewOfEvent)),
      count: (filter) => inTurn(() => listed(filter).length),
    },
    bookingQueries: {
      find: (id) => inTurn(() => viewIn(bookings, id, viewOfBooking)),
      list: (part) =>
        inTurn(() => {
          const soldAt = part.userId === undefined && part.eventId !== undefined ? salesIn(memory, part.eventId) : undefined;
          const placeOfBooking = ({ id, bookingDate }: Booking) => ({ at: soldAt?.get(id) ?? bookingDate, id });
          return pageOf(listedBookings(part), placeOfBooking, part, -1, viewOfBooking);
        }),
      count: ({ upTo = Number.POSITIVE_INFINITY, ...filter }) => inTurn(() => Math.min(listedBookings(filter).length, upTo + 1)),
    },
    userQueries: {
      list: (part) =>
        inTurn(() =>
          pageOf(
            usersIn(memory).filter((user) => isListedUser(user, part)),
            (user) => placeOfUser(part, user),
            part,
            1,
            (user) => user,
          ),
        ),
      count: (filter) => inTurn(() => usersIn(memory).filter((user) => isListedUser(user, filter)).length),
    },
    stockQueries: {
      page: (after, limit) =>
        inTurn(() => {
          const ids = [...new Set([...events.keys(), ...ledger.keys(), ...bookings.eventIds()])].sort();
          return ids
            .filter((id) => after === undefined || id > after)
            .slice(0, limit)
            .map((id) => stockFactsIn(memory, id));
        }),
      find: (eventId) => inTurn(() => (isKnownIn(memory, eventId) ? [stockFactsIn(memory, eventId)] : [])),
    },
    idempotencyRecords: {
      find: (owner, key) => inTurn(() => kept.get(recordName(owner, key))),
      forget: (ageMs, limit) =>
        inTurn(() => {
          const old = [...kept].filter(([, { at }]) => at.getTime() < Date.now() - ageMs).slice(0, limit);
          for (const [name] of old) kept.delete(name);
          return old.length;
        }),
    },
    rateLimitStore: {
      read: (subjects, now) => inTurn(() => subjects.flatMap((subject) => counts.get(subject) ?? []).filter((one) => isRunning(one, now))),
      add: (subjects, now) =>
        inTurn(() => {
          for (const subject of subjects) {
            const before = counts.get(subject);
            const count = before !== undefined && before.endsAt > now ? before.count + 1 : 1;
            counts.set(subject, before !== undefined && isRunning(before, now) ? { ...before, count } : { subject, count, endsAt: endOfWindow(now) });
          }
        }),
      forget: (now, limit) =>
        inTurn(() => {
          const old = [...counts.values()].filter(({ endsAt }) => endsAt <= now || endsAt > endOfLongestWindow(now)).slice(0, limit);
          for (const { subject } of old) counts.delete(subject);
          return old.length;
        }),
    },
    tokens: fakeTokens(),
    passwords: fakePasswords(),
    clock,
    newId: () => nextId(memory),
    policy,
    accountPolicy: ACCOUNT_POLICY,
    movements: (eventId) => inTurn(() => [...(ledger.get(eventId) ?? [])]),
    ...overrides,
  };

  /** Awaits `giveWay`, so that other calls may run first, and then runs without interruption. */
  async function inTurn<Value>(run: () => Value): Promise<Value> {
    await giveWay();
    return run();
  }

  /** Makes one decision about stock and stores its result. If it throws, nothing is stored. */
  function settled<Result extends Event | Booking | undefined>(ask: () => StockDecision): Promise<Answer<Result>> {
    return inTurn(() => settledNow(ask()) as Answer<Result>); // settle() returns the type of row that `decide` returned
  }

  function settledNow(decision: StockDecision): Answer<Event | Booking | undefined> {
    const now = clock();
    const { outcomes, writes } = settle([decision], rowsIn(memory, decision, policy, now), now, { runsTwice: true });
    const [outcome] = outcomes;
    assert(outcome !== undefined, 'each decision has its outcome');
    if (!outcome.done) throw outcome.error;
    for (const { id } of writes.insertedBookings) assert(!bookings.has(id), 'a new booking has an id of its own');
    store(writes);
    return { value: outcome.value, replayed: outcome.replayed };
  }

  function keep(record: IdempotencyRecord): void {
    kept.set(recordName(record.owner, record.key), { ...record, at: new Date() });
  }

  function store({
    insertedEvents,
    changedEvents,
    deletedEvents,
    insertedBookings,
    changedBookings,
    deletedBookings,
    movements,
    changeCounts,
    idempotencyRecords,
  }: Writes): void {
    for (const { organizerId } of insertedEvents) assert(!hasAccounts || accounts.has(organizerId), 'an organizer exists');
    for (const { userId } of insertedBookings) assert(!hasAccounts || accounts.has(userId), 'who books exists');
    for (const event of insertedEvents) events.set(event.id, event);
    for (const { after } of changedEvents) events.set(after.id, after);
    for (const { id } of deletedEvents) {
      for (const booking of bookings.ofEvent(id)) bookings.delete(booking.id);
      events.delete(id);
    }
    for (const booking of insertedBookings) bookings.set(booking.id, booking);
    for (const booking of changedBookings) bookings.set(booking.id, booking);
    for (const { id } of deletedBookings) bookings.delete(id);
    for (const movement of movements) {
      const lines = ledger.get(movement.eventId);
      if (lines === undefined) ledger.set(movement.eventId, [movement]);
      else lines.push(movement);
    }
    for (const count of changeCounts) counts.set(count.subject, count);
    for (const record of idempotencyRecords) keep(record);
  }

  function storeUser(id: string, after: StoredUser | undefined): void {
    const before = accounts.get(id);
    if (after !== undefined) {
      if ([...accounts.values()].some(({ user }) => user.id !== id && user.email === after.user.email)) refuse('email_taken', {});
      const passwordHash = after.passwordHash ?? before?.passwordHash;
      assert(passwordHash !== undefined, 'a new account has a password');
      accounts.set(id, { user: after.user, passwordHash });
    } else if (before !== undefined) {
      requireDeletable(before.user, userFactsIn(memory, id));
      for (const booking of bookingsIn(memory, id)) bookings.delete(booking.id);
      accounts.delete(id);
    }
  }

  function listed(filter: EventFilter): Event[] {
    return [...events.values()].filter((event) => isListed(event, filter));
  }

  function listedBookings(filter: BookingFilter): Booking[] {
    const { userId, eventId } = filter;
    const rows = userId === undefined && eventId !== undefined ? bookings.ofEvent(eventId) : bookingsIn(memory, userId);
    return rows.filter((booking) => isListedBooking(booking, filter));
  }

  function viewOfEvent(event: Event): EventView {
    return { ...event, organizer: personOf(event.organizerId) };
  }

  function viewOfBooking(booking: Booking): BookingView {
    const event = events.get(booking.eventId);
    assert(event !== undefined, 'a booking has its event');
    const { id, name, location, eventDate } = event;
    return { ...booking, user: personOf(booking.userId), event: { id, name, location, eventDate } };
  }

  function personOf(id: string): Person | undefined {
    if (!hasAccounts) return undefined;
    const user = accounts.get(id)?.user;
    assert(user !== undefined, 'nobody goes while something hangs on them');
    return { id, name: user.name, email: user.email };
  }
}

function viewIn<Row, View>(rows: ReadonlyMap<string, Row>, id: string, viewOf: (row: Row) => View): View | undefined {
  const row = rows.get(id);
  return row === undefined ? undefined : viewOf(row);
}

/** The core's ports in memory without accounts: events and bookings belong to the users that the app vouches for. */
export function inMemoryPortsWithoutAccounts(
  overrides: Partial<Omit<Ports, 'users'>> = {},
  memory: Memory = emptyMemory({ hasAccounts: false }),
): Ports & Pick<InMemoryPorts, 'movements'> {
  assert(!memory.hasAccounts, 'the memory has no accounts: emptyMemory({ hasAccounts: false })');
  return { ...inMemoryPorts(overrides, memory), users: 'none' };
}
