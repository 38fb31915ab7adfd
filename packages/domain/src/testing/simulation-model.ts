import type { UserFacts } from '../accounts/ports.ts';
import type { NewUser, User, UserChanges } from '../accounts/user.ts';
import type { Memory } from '../memory/index.ts';
import type { ActorRef } from '../requests/actor.ts';
import { Refusal } from '../requests/refusal.ts';
import { differencesIn } from '../stock/audit.ts';
import { type Booking, type BookingStatus, heldBy } from '../stock/booking.ts';
import type { Event, NewEvent } from '../stock/event.ts';
import type { Policies } from './policies.ts';

/** The invariants that hold after every step. Violations name them by these numbers. */
export const INVARIANTS = {
  I1: 'stock in a row or an answer is between 0 and the total, and was committed',
  I2: 'available tickets plus held tickets are the total',
  I3: 'an acknowledged row exists, and only a request changes it',
  I4: 'one key of one user creates one row, and no row exists that nobody asked for',
  I5: 'a booking costs quantity x the price at the moment of the booking',
  I6: 'a booking gives its tickets back once',
  I7: 'only refusals and outages are thrown',
  I8: 'each decision is right for the current rows and the roles in them',
  I9: 'a request is stored completely or not at all, even if its answer is lost',
  ledger: 'the ledger has no gap and adds up to the stock',
} as const;
export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
}
const violation = (invariant: Invariant, detail: string): Violation => ({ invariant, detail });

/** A request to the system. */
export type Ask =
  | { readonly does: 'book'; readonly eventId: string; readonly quantity: number }
  | { readonly does: 'set a status'; readonly bookingId: string; readonly status: BookingStatus }
  | { readonly does: 'delete a booking'; readonly bookingId: string }
  | { readonly does: 'open an event'; readonly plan: NewEvent }
  | { readonly does: 'change an event'; readonly eventId: string; readonly changes: { totalTickets: number } | { ticketPriceCents: number } }
  | { readonly does: 'delete an event'; readonly eventId: string }
  | { readonly does: 'register' | 'make a user'; readonly account: NewUser }
  | { readonly does: 'change a user'; readonly userId: string; readonly changes: Pick<UserChanges, 'role' | 'email' | 'password'> }
  | { readonly does: 'delete a user'; readonly userId: string }
  | { readonly does: 'log in'; readonly email: string; readonly password: string }
  | { readonly does: 'read an event'; readonly eventId: string }
  | { readonly does: 'read a booking'; readonly bookingId: string }
  | { readonly does: 'read a user'; readonly userId: string }
  | { readonly does: 'read self' | 'list events' | 'list bookings' | 'list users' | 'audit' };

/** An ask together with its actor, its key and its time. */
export interface Asked {
  readonly ask: Ask;
  readonly actor: ActorRef;
  readonly key: { readonly value: string; readonly fingerprint: string } | undefined;
  readonly askedAt: Date;
}

/** `replayed`: this is the first answer under the key, given again. */
export type Outcome =
  | { readonly done: true; readonly value: unknown; readonly replayed: boolean }
  | { readonly done: false; readonly error: unknown };

type EventRow = Pick<Event, 'id' | 'organizerId' | 'eventDate' | 'ticketPriceCents' | 'totalTickets'>;
type BookingRow = Pick<Booking, 'id' | 'userId' | 'eventId' | 'quantity' | 'totalPriceCents' | 'status'>;
type UserRow = Pick<User, 'id' | 'email' | 'role' | 'tokenVersion'>;
type Somebody = 'anonymous' | 'stale' | UserRow;

/** The rows that an ask may be judged on, all of one moment. */
export interface Scene {
  readonly actor: Somebody;
  readonly event: EventRow | undefined;
  readonly left: number;
  /** The tickets of the event that are held by the owner of the booking. */
  readonly heldByOwner: number;
  readonly booking: BookingRow | undefined;
  readonly user: UserRow | undefined;
  readonly facts: UserFacts;
  /** The user who has the e-mail of the ask. */
  readonly holder: UserRow | undefined;
  readonly holdersPassword: string | undefined;
  readonly list: readonly (readonly [EventRow, left: number] | BookingRow | UserRow)[];
}

/**
 * A simple model of the rows. It changes with each decision that commits, and is compared with the real rows after every step. It shares no
 * code with the rules of the product.
 */
export class Model {
  readonly #policies: Policies;
  readonly #events = new Map<string, EventRow>();
  readonly #bookings = new Map<string, BookingRow>();
  readonly #users = new Map<string, UserRow>();
  readonly #passwords = new Map<string, string>();
  /** Pairs of rows that were equal. Rows are never changed in place, so such a pair stays equal. */
  readonly #alike = new Map<object, object>();
  readonly #kept = new Map<string, { readonly fingerprint: string; readonly value: unknown }>();
  /** The ids of all rows that ever existed, also of deleted ones. */
  readonly ids = { event: [] as string[], booking: [] as string[], user: [] as string[] };

  constructor(policies: Policies, { events, accounts }: Memory, passwordOf: (user: User) => string) {
    this.#policies = policies;
    for (const { id, organizerId, eventDate, ticketPriceCents, totalTickets } of events.values())
      this.#add('event', this.#events, { id, organizerId, eventDate, ticketPriceCents, totalTickets });
    for (const { user } of accounts.values()) {
      const { id, email, role, tokenVersion } = user;
      this.#add('user', this.#users, { id, email, role, tokenVersion });
      this.#passwords.set(id, passwordOf(user));
    }
  }

  #add<Row extends { readonly id: string }>(kind: keyof Model['ids'], rows: Map<string, Row>, row: Row): void {
    rows.set(row.id, row);
    this.ids[kind].push(row.id);
  }

  sceneOf(ask: Ask, ref: ActorRef): Scene {
    const booking = 'bookingId' in ask ? this.#bookings.get(ask.bookingId) : undefined;
    const event = this.#events.get('eventId' in ask ? ask.eventId : (booking?.eventId ?? ''));
    const userId = 'userId' in ask ? ask.userId : undefined;
    const email = 'email' in ask ? ask.email : 'account' in ask ? ask.account.email : userId !== undefined ? emailIn(ask) : undefined;
    const holder = email === undefined ? undefined : [...this.#users.values()].find((user) => user.email === email);
    const actor = this.#actorOf(ref);
    const owner = booking?.userId ?? (typeof actor === 'string' ? undefined : actor.id);
    return {
      actor,
      booking,
      event,
      heldByOwner: event === undefined || owner === undefined ? 0 : this.#heldBy(owner, event),
      left: event === undefined ? 0 : this.#left(event),
      user: userId === undefined ? undefined : this.#users.get(userId),
      facts: userId === undefined ? NO_FACTS : this.#factsOf(userId),
      holder,
      holdersPassword: holder && this.#passwords.get(holder.id),
      list: this.#listOf(ask),
    };
  }

  #actorOf(ref: ActorRef): Somebody {
    if (typeof ref === 'string' || 'role' in ref) return 'anonymous';
    const user = this.#users.get(ref.userId);
    return user !== undefined && user.tokenVersion === ref.tokenVersion ? user : 'stale';
  }

  #left({ id, totalTickets }: EventRow): number {
    let left = totalTickets;
    for (const { eventId, status, quantity } of this.#bookings.values()) if (eventId === id && status !== 'cancelled') left -= quantity;
    return left;
  }

  #heldBy(id: string, event: EventRow): number {
    let held = 0;
    for (const { userId, eventId, status, quantity } of this.#bookings.values())
      if (userId === id && eventId === event.id && status !== 'cancelled') held += quantity;
    return held;
  }

  #factsOf(id: string): Scene['facts'] {
    return {
      hasOtherAdmins: [...this.#users.values()].some((user) => user.id !== id && user.role === 'admin'),
      hasActiveBookings: [...this.#bookings.values()].some(({ userId, status }) => userId === id && status !== 'cancelled'),
      organisesEvents: [...this.#events.values()].some(({ organizerId }) => organizerId === id),
    };
  }

  #listOf({ does }: Ask): Scene['list'] {
    if (does === 'list events') return [...this.#events.values()].map((event) => [event, this.#left(event)] as const);
    if (does === 'list bookings') return [...this.#bookings.values()];
    return does === 'list users' ? [...this.#users.values()] : [];
  }

  /** Checks whether the decision that was just committed is the right one. Then it changes the model as the right decision would. */
  conclude(asked: Asked, outcome: Outcome): Violation | undefined {
    const { ask, key } = asked;
    const found = outcome.done ? 'done' : outcome.error instanceof Refusal ? outcome.error.code : undefined;
    if (found === undefined) return undefined; // not judged here: the caller sees that this is not a refusal
    const scene = this.sceneOf(ask, asked.actor);
    const name = nameOf(asked);
    const kept = name === undefined ? undefined : this.#kept.get(name);
    if (kept !== undefined) {
      const answer = kept.fingerprint === key?.fingerprint ? 'done' : 'idempotency_key_reused';
      const expected = refusedNow(this.#policies, ask, scene.actor) ?? answer;
      const isFirst = !outcome.done || isFirstAnswer(outcome, kept.value);
      if (found === expected && isFirst) return undefined;
      return violation('I4', `under a used key "${expected}" is due and "${found}" came${isFirst ? '' : ', and not as the first answer'}`);
    }
    if (isReplay(outcome) || found === 'idempotency_key_reused') return violation('I4', `an answer to somebody else's key, or to none: "${found}"`);
    const expected = judge(this.#policies, ask, scene.actor, scene, asked.askedAt);
    if (found !== expected) return violation('I8', `"${expected}" is due and "${found}" came`);
    if (!outcome.done) return undefined;
    const value = rowOf(outcome.value);
    if (name !== undefined && key !== undefined && value !== undefined) this.#kept.set(name, { fingerprint: key.fingerprint, value });
    return this.#goOn(ask, scene, value);
  }

  #goOn(ask: Ask, { actor, event, booking, user, left }: Scene, value: Partial<Event & Booking & User> | undefined): Violation | undefined {
    const { id = '' } = value ?? {};
    const asker = typeof actor === 'string' ? '' : actor.id;
    const isNew = (kind: keyof Model['ids']) =>
      this.ids[kind].includes(id) ? violation('I4', `a new ${kind} has the id of an older one`) : undefined;
    switch (ask.does) {
      case 'book': {
        const { eventId, quantity } = ask;
        const totalPriceCents = quantity * (event?.ticketPriceCents ?? 0);
        const row = { id, userId: asker, eventId, quantity, totalPriceCents, status: 'confirmed' as const };
        const wrong = isNew('booking') ?? unlike(row, value);
        this.#add('booking', this.#bookings, row);
        return wrong;
      }
      case 'set a status': {
        if (booking === undefined) return undefined;
        const row = { ...booking, status: ask.status };
        this.#bookings.set(row.id, row);
        return unlike(row, value);
      }
      case 'delete a booking':
        this.#bookings.delete(ask.bookingId);
        return undefined;
      case 'open an event': {
        const { eventDate, ticketPriceCents, totalTickets } = ask.plan;
        const row = { id, organizerId: asker, eventDate, ticketPriceCents, totalTickets };
        const wrong = isNew('event') ?? unlike({ ...row, availableTickets: totalTickets }, value);
        this.#add('event', this.#events, row);
        return wrong;
      }
      case 'change an event': {
        if (event === undefined) return undefined;
        const row = { ...event, ...ask.changes };
        this.#events.set(row.id, row);
        return unlike({ ...row, availableTickets: left + row.totalTickets - event.totalTickets }, value);
      }
      case 'delete an event':
        this.#events.delete(ask.eventId);
        for (const { id, eventId } of this.#bookings.values()) if (eventId === ask.eventId) this.#bookings.delete(id);
        return undefined;
      case 'register':
      case 'make a user': {
        const { email, password, role = 'user' } = ask.account;
        const row = { id, email, role, tokenVersion: 0 };
        const wrong = isNew('user') ?? unlike(row, value);
        this.#add('user', this.#users, row);
        this.#passwords.set(id, password);
        return wrong;
      }
      case 'change a user': {
        if (user === undefined) return undefined;
        const { password, role = user.role, email = user.email } = ask.changes;
        const row = { id: user.id, role, email, tokenVersion: user.tokenVersion + (password === undefined ? 0 : 1) };
        this.#users.set(row.id, row);
        if (password !== undefined) this.#passwords.set(row.id, password);
        return unlike(row, value);
      }
      case 'delete a user':
        this.#users.delete(ask.userId);
        for (const { id, userId } of this.#bookings.values()) if (userId === ask.userId) this.#bookings.delete(id);
        return undefined;
      default:
        return undefined;
    }
  }

  /** Compares the rows with those of the model. */
  compare({ events, bookings, accounts, kept }: Memory): Violation | undefined {
    for (const booking of this.#bookings.values()) {
      const wrong = this.#changed(booking, bookings.get(booking.id));
      if (wrong !== undefined) return wrong;
    }
    for (const event of this.#events.values()) {
      const row = events.get(event.id);
      const wrong = this.#changed(event, row);
      if (wrong !== undefined) return wrong;
      const left = this.#left(event);
      if (row?.availableTickets !== left) return violation('I2', `${event.id} has ${row?.availableTickets} available and ${left} are not held`);
    }
    for (const user of this.#users.values()) {
      const wrong = this.#changed(user, accounts.get(user.id)?.user);
      if (wrong !== undefined) return wrong;
    }
    const more = bookings.size - this.#bookings.size + (events.size - this.#events.size) + (accounts.size - this.#users.size);
    if (more !== 0) return violation('I4', `${more} rows that nobody asked for, or that were deleted`);
    if (kept.size !== this.#kept.size) return violation('I9', `${this.#kept.size} answers have to be kept and ${kept.size} are`);
    return undefined;
  }

  #changed(due: EventRow | BookingRow | UserRow, found: Event | Booking | User | undefined): Violation | undefined {
    if (found === undefined) return violation('I3', `${due.id} was stored, and is gone without anybody deleting it`);
    if (this.#alike.get(due) === found) return undefined;
    this.#alike.set(due, found);
    return unlike(due, found, 'I3');
  }

  /**
   * Checks an answer that no repository decided: a read or an early refusal. It has to be right at the moments at which its rows were
   * read. The actor is read first, the other rows then or later.
   */
  explain(asked: Asked, outcome: Outcome, scenes: readonly Scene[]): Violation | undefined {
    const { ask, askedAt, key } = asked;
    const found = outcome.done ? 'done' : outcome.error instanceof Refusal ? outcome.error.code : undefined;
    const kept = this.#kept.get(nameOf(asked) ?? '');
    // A key that was used for another request may be noticed before anything is stored.
    if (kept !== undefined && kept.fingerprint !== key?.fingerprint && found === 'idempotency_key_reused') return undefined;
    if (kept !== undefined && kept.fingerprint === key?.fingerprint && isFirstAnswer(outcome, kept.value)) return undefined;
    if (isReplay(outcome)) return violation('I4', `an answer to somebody else's key, or to none: "${found}"`);
    const expected = new Set<string>();
    for (const [at, { actor }] of scenes.entries())
      for (const scene of scenes.slice(at)) {
        const code = judge(this.#policies, ask, actor, scene, askedAt);
        if (code === found && (!outcome.done || tells(ask, outcome.value, actor, scene))) return undefined;
        expected.add(code);
      }
    if (found === undefined || !expected.has(found)) return violation('I8', `"${[...expected].join('" or "')}" is due and "${found}" came`);
    const rule = ask.does === 'audit' ? 'I2' : ask.does === 'read an event' || ask.does === 'list events' ? 'I1' : 'I3';
    return violation(rule, `${ask.does}: the answer tells of rows that never were: ${JSON.stringify(outcome.done && outcome.value)}`);
  }
}

/** The name under which an answer is stored. */
const nameOf = ({ actor, key }: Asked): string | undefined => key && `${typeof actor === 'string' ? actor : actor.userId} ${key.value}`;

const isReplay = (outcome: Outcome): boolean => outcome.done && outcome.replayed;
const isFirstAnswer = (outcome: Outcome, first: unknown): boolean => outcome.done && outcome.replayed && rowOf(outcome.value) === first;

const NO_FACTS: Scene['facts'] = { hasOtherAdmins: false, hasActiveBookings: false, organisesEvents: false };
const emailIn = (ask: Ask): string | undefined => (ask.does === 'change a user' ? ask.changes.email : undefined);

/** A repository of users returns an object with the user. The others return the row itself. */
const rowOf = (value: unknown): Partial<Event & Booking & User> | undefined =>
  typeof value === 'object' && value !== null && 'user' in value ? (value.user as Partial<User>) : (value as Partial<Event & Booking> | undefined);

/** Why the actor has no right to make this request now; undefined if they have it. */
function refusedNow({ accountPolicy }: Policies, ask: Ask, actor: Somebody): string | undefined {
  if (actor === 'stale') return 'unauthenticated';
  const isOpen = accountPolicy.rights.create_user === 'anyone';
  if (ask.does === 'register') return ask.account.role === 'admin' && !isOpen ? 'forbidden' : undefined;
  if (ask.does === 'make a user' && isOpen) return undefined;
  if (actor === 'anonymous') return 'unauthenticated';
  return ask.does !== 'book' && actor.role !== 'admin' ? 'forbidden' : undefined;
}

/** The right answer to an ask: `done`, or the code of a refusal. */
function judge(
  { policy, accountPolicy }: Policies,
  ask: Ask,
  actor: Somebody,
  { event, left, booking, user, facts, ...scene }: Scene,
  now: Date,
): string {
  if (ask.does === 'log in') return scene.holder !== undefined && scene.holdersPassword === ask.password ? 'done' : 'wrong_credentials';
  if (actor === 'stale') return 'unauthenticated';
  const isOpen = accountPolicy.rights.list_users === 'anyone';
  const isAdmin = actor !== 'anonymous' && actor.role === 'admin';
  const is = (id: string | undefined) => actor !== 'anonymous' && actor.id === id;
  const isOver = (date: Date | undefined) => !policy.pastEvents && date !== undefined && date < now;
  const tooMany = (quantity: number) => {
    if (quantity > policy.ticketsPerBookingMax) return 'too_many_for_a_booking';
    const { ticketsPerUserMax } = policy;
    return ticketsPerUserMax !== 'unlimited' && quantity + scene.heldByOwner > ticketsPerUserMax ? 'too_many_for_a_user' : undefined;
  };
  const isLastAdmin = user?.role === 'admin' && !facts.hasOtherAdmins;
  switch (ask.does) {
    case 'register':
      if (ask.account.role === 'admin' && !isOpen) return 'forbidden';
      return scene.holder === undefined ? 'done' : 'email_taken';
    case 'make a user':
      if (!isOpen && !isAdmin) return actor === 'anonymous' ? 'unauthenticated' : 'forbidden';
      return scene.holder === undefined ? 'done' : 'email_taken';
    case 'read a user':
    case 'change a user': {
      if (!isOpen && actor === 'anonymous') return 'unauthenticated';
      if (user === undefined) return 'not_found';
      if (!isOpen && !isAdmin && !is(user.id)) return 'forbidden';
      if (ask.does === 'read a user') return 'done';
      const { role = user.role } = ask.changes;
      if (!isOpen && !isAdmin && role !== user.role) return 'forbidden';
      if (isLastAdmin && role !== 'admin') return 'last_admin';
      return scene.holder === undefined || scene.holder.id === user.id ? 'done' : 'email_taken';
    }
    case 'delete a user':
      if (!isOpen && actor === 'anonymous') return 'unauthenticated';
      if (user === undefined) return 'not_found';
      if (!isOpen && !isAdmin) return 'forbidden';
      if (facts.hasActiveBookings) return 'user_has_active_bookings';
      if (facts.organisesEvents) return 'user_organises_events';
      return isLastAdmin ? 'last_admin' : 'done';
    case 'list users':
      if (isOpen || isAdmin) return 'done';
      return actor === 'anonymous' ? 'unauthenticated' : 'forbidden';
    case 'read an event':
      return event === undefined ? 'not_found' : 'done';
    case 'list events':
      return 'done';
  }
  if (actor === 'anonymous') return 'unauthenticated';
  switch (ask.does) {
    case 'read self':
    case 'list bookings':
      return 'done';
    case 'audit':
      return isAdmin ? 'done' : 'forbidden';
    case 'book':
      if (event === undefined) return 'not_found';
      if (isOver(event.eventDate)) return 'event_is_over';
      if (ask.quantity === 0) return 'invalid_input';
      return tooMany(ask.quantity) ?? (ask.quantity > left ? 'insufficient_tickets' : 'done');
    case 'read a booking':
    case 'delete a booking':
    case 'set a status':
      if (booking === undefined) return 'not_found';
      if (!isAdmin && !is(booking.userId)) return 'forbidden';
      if (ask.does === 'set a status' && booking.status === 'cancelled' && ask.status !== 'cancelled') {
        if (isOver(event?.eventDate)) return 'event_is_over';
        return tooMany(booking.quantity) ?? (booking.quantity > left ? 'insufficient_tickets' : 'done');
      }
      return 'done';
    case 'open an event':
      if (!isAdmin) return 'forbidden';
      return isOver(ask.plan.eventDate) ? 'event_is_over' : 'done';
    case 'change an event': {
      if (event === undefined) return 'not_found';
      if (!isAdmin) return 'forbidden';
      const { totalTickets } = { ...event, ...ask.changes };
      return totalTickets < event.totalTickets - left ? 'total_below_held' : 'done';
    }
    case 'delete an event':
      if (event === undefined) return 'not_found';
      if (!isAdmin) return 'forbidden';
      return left < event.totalTickets ? 'event_has_active_bookings' : 'done';
  }
}

/** Whether the answer to a read shows the rows of that moment. */
function tells(ask: Ask, value: unknown, actor: Somebody, { event, left, booking, user, holder, list }: Scene): boolean {
  const same = (row: object | undefined, found: unknown) => row !== undefined && unlike(row, found) === undefined;
  const all = (rows: Scene['list']) => {
    const found = new Map((value as readonly { readonly id: string }[]).map((row) => [row.id, row]));
    const isThere = (row: EventRow | BookingRow | UserRow, more = {}) => same({ ...row, ...more }, found.get(row.id));
    return found.size === rows.length && rows.every((row) => ('id' in row ? isThere(row) : isThere(row[0], { availableTickets: row[1] })));
  };
  switch (ask.does) {
    case 'log in':
      return same(holder, rowOf(value));
    case 'read self':
      return typeof actor !== 'string' && same(actor, value);
    case 'read a user':
      return same(user, value);
    case 'read a booking':
      return same(booking, value);
    case 'read an event':
      return same(event && { ...event, availableTickets: left }, value);
    case 'list events':
    case 'list users':
      return all(list);
    case 'list bookings':
      return all(list.filter((row) => typeof actor !== 'string' && (actor.role === 'admin' || ('userId' in row && row.userId === actor.id))));
    case 'audit':
      return (value as readonly unknown[]).length === 0;
    default:
      return false; // these asks need no decision under the lock
  }
}

/** The first field in which a row differs from the expected one. */
function unlike(row: object, found: unknown, rule: Invariant = 'I8'): Violation | undefined {
  const fields = (found ?? {}) as Record<string, unknown>;
  for (const [name, due] of Object.entries(row)) {
    const is = fields[name];
    if (is === due || (is instanceof Date && due instanceof Date && is.getTime() === due.getTime())) continue;
    return violation(name === 'totalPriceCents' || name === 'quantity' ? 'I5' : rule, `${fields['id']}: ${name} is ${is} and has to be ${due}`);
  }
  return undefined;
}

/** Checks the rows themselves after a history. It adds up every line of every ledger again. */
export function flawIn({ events, bookings, ledger }: Memory): Violation | undefined {
  const held = new Map<string, number>();
  const none = { movedTickets: 0, movements: 0, firstVersion: 0, lastVersion: 0, availableAfterIsOffBy: 0 };
  const sums = new Map<string, typeof none>();
  /** For each booking, the sum of its lines, which is 0 or less. */
  const moved = new Map<string, { readonly eventId: string; sum: number }>();
  for (const { eventId, stockVersion, bookingId, delta, availableAfter } of [...ledger.values()].flat()) {
    const of = sums.get(eventId) ?? { ...none, firstVersion: stockVersion };
    sums.set(eventId, of);
    of.movedTickets += delta;
    of.movements += 1;
    of.firstVersion = Math.min(of.firstVersion, stockVersion);
    of.lastVersion = Math.max(of.lastVersion, stockVersion);
    of.availableAfterIsOffBy += availableAfter - of.movedTickets;
    if (bookingId === null) continue;
    const own = moved.get(bookingId) ?? { eventId, sum: 0 };
    moved.set(bookingId, own);
    own.sum += delta;
    if (own.sum > 0) return violation('I6', `${bookingId} gave back ${own.sum} more than it took`);
  }
  const unmatched = new Map<string, number>();
  for (const booking of bookings.values()) {
    if (!moved.has(booking.id)) return violation('I9', `${booking.id} is there and took no tickets`);
    held.set(booking.eventId, (held.get(booking.eventId) ?? 0) + heldBy(booking));
  }
  for (const [id, { eventId, sum }] of moved) if (sum !== -heldBy(bookings.get(id))) unmatched.set(eventId, (unmatched.get(eventId) ?? 0) + 1);
  for (const { id, availableTickets, totalTickets } of events.values())
    if (!isStock(availableTickets, totalTickets)) return violation('I1', `${id} has ${availableTickets} of ${totalTickets}`);
  for (const eventId of new Set([...sums.keys(), ...events.keys()])) {
    const sum = sums.get(eventId) ?? none;
    const facts = {
      ...sum,
      eventId,
      event: events.get(eventId),
      heldTickets: held.get(eventId) ?? 0,
      unmatchedBookings: unmatched.get(eventId) ?? 0,
      unmatchedBookingId: undefined,
    };
    const [difference] = differencesIn(facts);
    if (difference === undefined) continue;
    const { rule, expected, found } = difference;
    return violation(rule === 'held_and_available_are_total' ? 'I2' : 'ledger', `${eventId}: ${rule}: ${expected} expected, ${found} found`);
  }
  return undefined;
}

export const isStock = (available: number, total: number): boolean => Number.isSafeInteger(available) && available >= 0 && available <= total;
