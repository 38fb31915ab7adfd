import type { Credentials, PasswordHasher, StoredUser, TokenService, UserFacts } from '../accounts/ports.ts';
import type { User } from '../accounts/user.ts';
import { requireDeletable } from '../accounts/user-facts.ts';
import { POLICIES } from '../policy.ts';
import type { Ports } from '../ports.ts';
import { type ActorRef, actorNow, userIdOf } from '../requests/actor.ts';
import { firstAnswer, type KeptAnswer, ownerOf } from '../requests/idempotency.ts';
import type { Part, Position } from '../requests/ports.ts';
import { endOfLongestWindow, endOfWindow, type RateCount } from '../requests/rate-counts.ts';
import { assert, refuse } from '../requests/refusal.ts';
import type { BookingView, EventView } from '../selling/views.ts';
import type { StockFacts } from '../stock/audit.ts';
import { type Booking, heldBy } from '../stock/booking.ts';
import { type ChangeBudget, changesSubject, madeWithin } from '../stock/change-budget.ts';
import type { Event } from '../stock/event.ts';
import type { StockMovement } from '../stock/ledger.ts';
import { type Holding, type StockDecision, settle, type Writes } from '../stock/settlement.ts';
import type { Store } from './store.ts';

export interface InMemoryPorts extends Ports {
  /** The ledger lines of an event, also of a deleted one, by version. */
  movements(eventId: string): Promise<readonly StockMovement[]>;
}

/** All rows there are. Ports that are given the same ones are servers on one database. */
export interface Memory {
  readonly events: Map<string, Event>;
  readonly bookings: Map<string, Booking>;
  readonly accounts: Map<string, Credentials>;
  readonly ledger: StockMovement[];
  readonly kept: (KeptAnswer & { readonly at: Date })[];
  readonly counts: Map<string, RateCount>;
}

const isRunning = ({ endsAt }: RateCount, now: Date): boolean => endsAt > now && endsAt <= endOfWindow(now);

export const emptyMemory = (): Memory => ({ events: new Map(), bookings: new Map(), accounts: new Map(), ledger: [], kept: [], counts: new Map() });

/**
 * Every port, in memory, with every promise kept: calls take turns, what throws rolls back, foreign keys hold. Each call
 * gives way once before it runs, so that calls interleave as they do on a database; whoever hands over `giveWay` says how.
 */
export function inMemoryPorts(
  overrides: Partial<Ports> = {},
  memory: Memory = emptyMemory(),
  giveWay: () => Promise<void> = () => Promise.resolve(),
): InMemoryPorts {
  const { events, bookings, accounts, ledger, kept, counts } = memory;
  const clock = overrides.clock ?? (() => new Date());
  const policy = overrides.policy ?? POLICIES.open;
  let idsGiven = 0;

  return {
    events: {
      reserveTickets: (eventId, attempt, decide) => settled(() => ({ subject: 'booking', eventId, bookingId: undefined, ...attempt, decide })),
      change: (eventId, attempt, decide) => settled(() => ({ subject: 'event', eventId, ...attempt, decide })),
    },
    bookings: {
      change: (bookingId, { actor }, decide) =>
        settled(() => ({ subject: 'booking', eventId: bookings.get(bookingId)?.eventId, bookingId, actor, decide })),
    },
    users: {
      find: (id) => inTurn(() => accounts.get(id)?.user),
      findByEmail: (email) => inTurn(() => allUsers().find((user) => user.email === email)),
      findFacts: (id) => inTurn(() => factsOf(id)),
      findCredentials: (email) => inTurn(() => [...accounts.values()].find(({ user }) => user.email === email)),
      change: (id, { actor, key }, decide) =>
        inTurn(() => {
          const first = firstAnswer<User>(key && keptUnder(ownerOf(actor), key.value), key, actorNow(actor, actorRow(actor)));
          if (first !== undefined) {
            key?.onReplay();
            return { user: first } as ReturnType<typeof decide>; // what makes a user answers with one
          }
          const { hasOtherAdmins } = factsOf(id);
          const after = decide({ actor: actorNow(actor, actorRow(actor)), user: accounts.get(id)?.user, hasOtherAdmins });
          storeUser(id, after);
          if (key !== undefined && after !== undefined)
            kept.push({ owner: ownerOf(actor), key: key.value, fingerprint: key.fingerprint, answer: after.user, at: new Date() });
          return after;
        }),
    },
    eventQueries: {
      find: (id) => inTurn(() => [...events.values()].filter((event) => event.id === id).map(viewOfEvent)[0]),
      list: (part) => inTurn(() => partOf([...events.values()], ({ id, eventDate: at }) => ({ at, id }), part, 1).map(viewOfEvent)),
      count: () => inTurn(() => events.size),
    },
    bookingQueries: {
      find: (id) => inTurn(() => [...bookings.values()].filter((booking) => booking.id === id).map(viewOfBooking)[0]),
      list: ({ userId, ...part }) => inTurn(() => partOf(bookingsOf(userId), ({ id, bookingDate: at }) => ({ at, id }), part, -1).map(viewOfBooking)),
      count: ({ userId, upTo = Number.POSITIVE_INFINITY }) => inTurn(() => Math.min(bookingsOf(userId).length, upTo + 1)),
    },
    userQueries: {
      list: (part) => inTurn(() => partOf(allUsers(), ({ id, createdAt: at }) => ({ at, id }), part, 1)),
      count: () => inTurn(() => accounts.size),
    },
    stockQueries: {
      page: (after, limit) =>
        inTurn(() => {
          const named = [...ledger, ...bookings.values()].map(({ eventId }) => eventId);
          const ids = [...new Set([...events.keys(), ...named])].toSorted();
          return ids
            .filter((id) => after === undefined || id > after)
            .slice(0, limit)
            .map(stockFacts);
        }),
      find: (eventId) =>
        inTurn(() => (events.has(eventId) || [...ledger, ...bookings.values()].some((row) => row.eventId === eventId) ? [stockFacts(eventId)] : [])),
    },
    keptAnswers: {
      find: (owner, key) => inTurn(() => keptUnder(owner, key)),
      forget: (ageMs, limit) =>
        inTurn(() => {
          const old = kept.filter(({ at }) => at.getTime() < Date.now() - ageMs).slice(0, limit);
          for (const answer of old) kept.splice(kept.indexOf(answer), 1);
          return old.length;
        }),
    },
    rateCounts: {
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
    newId: () => {
      idsGiven += 1;
      return `00000000-0000-7000-8000-${idsGiven.toString(16).padStart(12, '0')}`;
    },
    policy,
    movements: (eventId) => inTurn(() => ledger.filter((movement) => movement.eventId === eventId)),
    ...overrides,
  };

  /** Gives way to whatever else is waiting, once; then runs alone. */
  async function inTurn<Value>(run: () => Value): Promise<Value> {
    await giveWay();
    return run();
  }

  function stockFacts(eventId: string): StockFacts {
    const lines = ledger.filter((line) => line.eventId === eventId);
    const own = [...bookings.values()].filter((booking) => booking.eventId === eventId);
    const recorded = lines.flatMap(({ bookingId }) => (bookingId === null ? [] : [bookingId]));
    const isMatched = (id: string) => {
      const moved = lines.filter(({ bookingId }) => bookingId === id);
      return moved.length > 0 && sumOf(moved.map(({ delta }) => delta)) === -heldBy(bookings.get(id));
    };
    const unmatched = [...new Set([...own.map(({ id }) => id), ...recorded])].filter((id) => !isMatched(id)).toSorted();
    const versions = lines.map(({ stockVersion }) => stockVersion);
    return {
      eventId,
      event: events.get(eventId),
      heldTickets: sumOf(own.map(heldBy)),
      movedTickets: sumOf(lines.map(({ delta }) => delta)),
      movements: lines.length,
      firstVersion: versions.length === 0 ? 0 : Math.min(...versions),
      lastVersion: Math.max(0, ...versions),
      availableAfterIsOffBy: sumOf(
        lines.map(
          ({ stockVersion, availableAfter }) =>
            availableAfter - sumOf(lines.filter((line) => line.stockVersion <= stockVersion).map(({ delta }) => delta)),
        ),
      ),
      unmatchedBookings: unmatched.length,
      unmatchedBookingId: unmatched[0],
    };
  }

  /** Decides one thing about stock and stores what came of it; or throws and has stored nothing. */
  function settled<Result extends Event | Booking | undefined>(ask: () => StockDecision): Promise<Result> {
    return inTurn(() => settledNow(ask()) as Result); // what `decide` returned, with its stock version: settle() keeps the kind
  }

  function settledNow(decision: StockDecision): Event | Booking | undefined {
    const event = decision.eventId === undefined ? undefined : events.get(decision.eventId);
    const actor = actorRow(decision.actor);
    const now = clock();
    const rows = {
      events: event === undefined ? [] : [event],
      bookings: [...bookings.values()].filter(({ eventId }) => eventId === decision.eventId),
      actors: new Map(actor === undefined ? [] : [[actor.id, actor]]),
      holdings: holdingsIn(decision.eventId),
      budget: budgetFor(decision, now),
      keptAnswers: kept,
    };
    const { outcomes, writes } = settle([decision], rows, now);
    const [outcome] = outcomes;
    assert(outcome !== undefined, 'each decision has its outcome');
    if (!outcome.done) throw outcome.error;
    for (const { id } of writes.insertedBookings) assert(!bookings.has(id), 'a new booking has an id of its own');
    store(writes);
    if (outcome.replayed) decision.key?.onReplay();
    return outcome.value;
  }

  function holdingsIn(of: string | undefined): Holding[] {
    const tickets = new Map<string, number>();
    for (const booking of bookings.values())
      if (booking.eventId === of) tickets.set(booking.userId, (tickets.get(booking.userId) ?? 0) + heldBy(booking));
    return [...tickets].map(([userId, held]) => ({ eventId: of ?? '', userId, tickets: held }));
  }

  function budgetFor(decision: StockDecision, now: Date): ChangeBudget | undefined {
    const { bookingChangesPerHourMax: changesMax } = policy;
    if (changesMax === undefined || decision.subject === 'event') return undefined;
    const { eventId = '', bookingId = '', actor } = decision;
    const userId = bookings.get(bookingId)?.userId ?? userIdOf(actor);
    if (userId === undefined) return { changesMax, recent: [] };
    const { from, to } = madeWithin(now);
    const made: Date[] = [];
    for (const booking of bookings.values())
      if (booking.userId === userId && booking.eventId === eventId && booking.bookingDate > from && booking.bookingDate <= to)
        made.push(booking.bookingDate);
    const [firstMadeAt] = made.sort((one, other) => one.getTime() - other.getTime());
    return { changesMax, recent: [{ userId, eventId, made: made.length, firstMadeAt, others: counts.get(changesSubject({ userId, eventId })) }] };
  }

  function keptUnder(owner: string, key: string): KeptAnswer | undefined {
    return kept.find((answer) => answer.owner === owner && answer.key === key);
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
    keptAnswers,
  }: Writes): void {
    for (const { organizerId } of insertedEvents) assert(accounts.has(organizerId), 'an organizer exists');
    for (const { userId } of insertedBookings) assert(accounts.has(userId), 'who books exists');
    for (const event of [...insertedEvents, ...changedEvents.map(({ after }) => after)]) events.set(event.id, event);
    for (const { id } of deletedEvents) events.delete(id);
    for (const booking of [...insertedBookings, ...changedBookings]) bookings.set(booking.id, booking);
    for (const { id } of deletedBookings) bookings.delete(id);
    ledger.push(...movements);
    for (const count of changeCounts) counts.set(count.subject, count);
    kept.push(...keptAnswers.map((answer) => ({ ...answer, at: new Date() })));
  }

  function storeUser(id: string, after: StoredUser | undefined): void {
    const before = accounts.get(id);
    if (after !== undefined) {
      if ([...accounts.values()].some(({ user }) => user.id !== id && user.email === after.user.email)) refuse('email_taken', {});
      const passwordHash = after.passwordHash ?? before?.passwordHash;
      assert(passwordHash !== undefined, 'a new account has a password');
      accounts.set(id, { user: after.user, passwordHash });
    } else if (before !== undefined) {
      requireDeletable(before.user, factsOf(id));
      for (const booking of bookingsOf(id)) bookings.delete(booking.id);
      accounts.delete(id);
    }
  }

  function factsOf(id: string): UserFacts {
    return {
      hasOtherAdmins: allUsers().some((user) => user.role === 'admin' && user.id !== id),
      hasActiveBookings: bookingsOf(id).some((booking) => heldBy(booking) > 0),
      organisesEvents: [...events.values()].some(({ organizerId }) => organizerId === id),
    };
  }

  function actorRow(ref: ActorRef): User | undefined {
    const id = userIdOf(ref);
    return id === undefined ? undefined : accounts.get(id)?.user;
  }

  function allUsers(): User[] {
    return [...accounts.values()].map(({ user }) => user);
  }

  function bookingsOf(userId: string | undefined): Booking[] {
    return [...bookings.values()].filter((booking) => userId === undefined || booking.userId === userId);
  }

  function viewOfEvent(event: Event): EventView {
    const { id, name, email } = userRow(event.organizerId);
    return { ...event, organizer: { id, name, email } };
  }

  function viewOfBooking(booking: Booking): BookingView {
    const user = userRow(booking.userId);
    const event = events.get(booking.eventId);
    assert(event !== undefined, 'a booking has its event');
    const { id, name, location, eventDate } = event;
    return { ...booking, user: { id: user.id, name: user.name, email: user.email }, event: { id, name, location, eventDate } };
  }

  function userRow(id: string): User {
    const user = accounts.get(id)?.user;
    assert(user !== undefined, 'nobody goes while something hangs on him');
    return user;
  }
}

/** An empty store in memory, for the contract suites. */
export async function inMemoryStore(overrides: Partial<Ports> = {}): Promise<Store> {
  const { movements, ...ports } = inMemoryPorts(overrides);
  return { ports, fresh: ports, movements, close: async () => {} };
}

/** Tokens that can be read in a failure's text. Only what this service issued is known to it; they do not expire. */
export function fakeTokens(): TokenService {
  const issued = new Map<string, ActorRef>();
  return {
    async issue({ id: userId, tokenVersion }) {
      const token = `token-of.${userId}.${tokenVersion}.${issued.size}`;
      issued.set(token, { userId, tokenVersion });
      return token;
    },
    verify: async (token) => issued.get(token),
  };
}

/** Salted and one-way enough for a test, and quick. A hash tells its cost. */
export function fakePasswords({ cost = 1 } = {}): PasswordHasher {
  let salts = 0;
  const hashWith = (salt: number, password: string) => {
    let sum = salt;
    for (let at = 0; at < password.length; at += 1) sum = (Math.imul(sum, 31) + password.charCodeAt(at)) >>> 0;
    return `${salt}.${sum}`;
  };
  return {
    atOnceMax: Number.POSITIVE_INFINITY,
    hash: async (password) => `hash.${cost}.${hashWith(++salts, password)}`,
    verify: async (password, hash) => {
      const [, , salt, sum] = hash?.split('.') ?? [];
      return `${salt}.${sum}` === hashWith(Number(salt), password);
    },
    needsRehash: (hash) => Number(hash.split('.')[1]) < cost,
  };
}

function partOf<Row>(rows: readonly Row[], position: (row: Row) => Position, { after, offset, limit }: Part, direction: 1 | -1): Row[] {
  const compare = (one: Position, other: Position) =>
    direction * (one.at.getTime() - other.at.getTime() || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
  return rows
    .filter((row) => after === undefined || compare(position(row), after) > 0)
    .toSorted((one, other) => compare(position(one), position(other)))
    .slice(offset, offset + limit);
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
