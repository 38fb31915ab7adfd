import type { User } from './accounts/user.ts';
import type { Policy } from './policy.ts';
import type { Actor, ActorRef } from './requests/actor.ts';
import type { IdempotencyKey, KeptAnswer } from './requests/idempotency.ts';
import type { RateCount } from './requests/rate-limits.ts';
import type { BookingView, EventView } from './selling/views.ts';
import type { StockFacts } from './stock/audit.ts';
import type { Booking } from './stock/booking.ts';
import type { Event } from './stock/event.ts';
import type { BookingNow, EventNow } from './stock/settlement.ts';

/** Who asks. A value of its own, so that what comes with a request later needs no new signature. */
export interface Attempt {
  readonly actor: ActorRef;
  /** For what makes something: asked again under the same key, it is not made again, and the first answer is given again. */
  readonly key?: IdempotencyKey | undefined;
}

/**
 * Every write is a decision: a pure, synchronous function that the repository runs on the latest rows, alone, under their
 * lock, and whose answer it stores whole or not at all. It may be run again (a deadlock), so time and ids are taken before.
 * What it throws rolls back what it began and reaches its caller only. An absent row is `undefined`: the decision refuses,
 * a repository never does. Repositories may throw `Unavailable` besides.
 */
export interface EventRepository {
  /**
   * Runs `decide` on the event and the actor as they are now, and stores booking, stock and ledger line together, or nothing.
   * There is no booking yet. Refuses `insufficient_tickets` when it holds more than is left. Of calls that race for the last ticket exactly
   * one resolves; each other one refuses and changes nothing. Calls for one event are decided in the order they came.
   */
  reserveTickets(eventId: string, attempt: Attempt, decide: (now: BookingNow) => Booking): Promise<Booking>;
  /**
   * Makes (there is none yet), edits or deletes (`undefined` returned) an event. Stock that moves is a line of the ledger.
   * A deleted event takes its cancelled bookings with it; deleting one whose tickets are held is a broken promise.
   */
  change<Result extends Event | undefined>(id: string, attempt: Attempt, decide: (now: EventNow) => Result): Promise<Result>;
}

export interface BookingRepository {
  /**
   * Edits or deletes (`undefined` returned) a booking under its event's lock; stock moves by what it held less what it holds,
   * so it comes back at most once however many calls race. Refuses `insufficient_tickets` when tickets are taken again and
   * are gone. The booking returned again as it was stores nothing.
   */
  change<Result extends Booking | undefined>(id: string, attempt: Attempt, decide: (now: BookingNow) => Result): Promise<Result>;
}

/** A user to be stored, and the hash of his new password if he has one. */
export interface StoredUser {
  readonly user: User;
  readonly passwordHash?: string | undefined;
}

/** What else hangs on a user. */
export interface UserFacts {
  /** Admins besides him. */
  readonly otherAdmins: number;
  /** Bookings of his that hold tickets. */
  readonly activeBookings: number;
  readonly organisedEvents: number;
}

export interface UserNow {
  readonly actor: Actor;
  readonly user: User | undefined;
  readonly facts: UserFacts;
}

/** A user and the hash of his password. Only logging in needs it; no other port returns it. */
export interface Credentials {
  readonly user: User;
  readonly passwordHash: string;
}

/**
 * How old a look-up may be. `plain`: as old as a replica is behind; no "no" may rest on it alone. `latest`: no older than the
 * question, from where writes go, which costs more.
 */
export type Freshness = 'plain' | 'latest';

export interface UserRepository {
  /** A user who is not found is not there: that is looked up where writes go, whatever the freshness. */
  find(id: string, freshness?: Freshness): Promise<User | undefined>;
  /** By the e-mail as stored, lower case; no older than the question, since a password that was replaced opens nothing any more. */
  findCredentials(email: string): Promise<Credentials | undefined>;
  /** By the e-mail as stored. Plainly, somebody who was just made may be missing: the key of the table has the last word. */
  findByEmail(email: string, freshness?: Freshness): Promise<User | undefined>;
  /** What hangs on a user, counted without a lock: enough for a "no", never for a "yes". */
  countFacts(id: string, freshness?: Freshness): Promise<UserFacts>;
  /**
   * Makes, edits or deletes (`undefined` returned) a user. Refuses `email_taken` for an e-mail of somebody else's, also when
   * both come at once. Two admins who lose their role at once are decided one after the other, so the second sees
   * `otherAdmins` without the first. A deleted user takes his cancelled bookings with him.
   */
  change<Result extends StoredUser | undefined>(id: string, attempt: Attempt, decide: (now: UserNow) => Result): Promise<Result>;
}

/** Where a list goes on: behind this row in the list's order. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

/** A part of a list: behind `after`, then without the first `offset` rows, at most `limit`. */
export interface Part {
  readonly after?: Position | undefined;
  readonly offset: number;
  readonly limit: number;
}

/**
 * Reads never store anything: a decision may be judged on them first, and is made under the lock. They may lag behind what was committed,
 * but for one thing: what `find` does not find is not there.
 */
export interface EventQueries {
  find(id: string, freshness?: Freshness): Promise<EventView | undefined>;
  /** By event date, then id. */
  list(part: Part): Promise<readonly EventView[]>;
  count(): Promise<number>;
}

export interface BookingQueries {
  find(id: string): Promise<BookingView | undefined>;
  /** Newest first: by booking date, then id, both descending. With `userId`, that user's alone. */
  list(part: Part & { readonly userId?: string | undefined }): Promise<readonly BookingView[]>;
  /** With `upTo` it stops counting behind it: more than that many are some number above it. */
  count(filter: { readonly userId?: string | undefined; readonly upTo?: number | undefined }): Promise<number>;
}

export interface UserQueries {
  /** By creation, then id. */
  list(part: Part): Promise<readonly User[]>;
  count(): Promise<number>;
}

/** What an audit compares. Every answer is one snapshot of all the rows it tells of. */
export interface StockQueries {
  /** Of the events that are, and of those of which a ledger or bookings are left, by id behind `after`: at most `limit`. */
  page(after: string | undefined, limit: number): Promise<readonly StockFacts[]>;
  /** Of one event; empty when neither it nor a ledger nor a booking of it is there. */
  find(eventId: string): Promise<readonly StockFacts[]>;
}

/** The first answers under idempotency keys. They are written by the repositories, with what they tell of. */
export interface KeptAnswers {
  /** The first answer under the key; no older than the question. */
  find(owner: string, key: string): Promise<KeptAnswer | undefined>;
  /**
   * Forgets at most `limit` of those stored longer ago, and says how many they were. The store's own clock counts, as far as it goes no
   * faster than time: when it is set forward, nothing is forgotten early.
   */
  forget(ageMs: number, limit: number): Promise<number>;
}

/** Counts of what there may only be so much of in a window, shared by all servers. Subjects are compared to the letter. */
export interface RateCounts {
  /** The counts whose window is running: it ends after `now`, and not after `endOfWindow(now)`, so that no wrong clock makes it longer. */
  read(subjects: readonly string[], now: Date): Promise<readonly RateCount[]>;
  /**
   * Counts one more of each. Where no window is running, one begins that ends at `endOfWindow(now)`. One that ends later keeps its count
   * and ends then too: clocks differ a little. Of adds at once none is lost.
   */
  add(subjects: readonly string[], now: Date): Promise<void>;
  /** Forgets at most `limit` of those whose window is over, or ends later than any window does, and says how many they were. */
  forget(now: Date, limit: number): Promise<number>;
}

export interface TokenService {
  issue(user: User): Promise<string>;
  /** The holder, or undefined for anything but a token of ours, unchanged, complete and not expired. Never throws for a token. */
  verify(token: string): Promise<ActorRef | undefined>;
}

export interface PasswordHasher {
  /** How many it works on or lets wait at once; whoever comes beyond them hears `Unavailable`. */
  readonly atOnceMax: number;
  hash(password: string): Promise<string>;
  /**
   * Without a hash (nobody has that e-mail) it does the same work and says no, so that the time tells nothing. Nor does the
   * time of a no tell that the hash was made with less work than is taken now.
   */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  /** Whether the hash was made with less work than `hash` takes now. */
  needsRehash(hash: string): boolean;
}

export type Clock = () => Date;
/** A new UUID, lower case; later ones sort behind earlier ones. */
export type NewId = () => string;

/** All that the domain asks of the outside world. */
export interface Ports {
  readonly events: EventRepository;
  readonly bookings: BookingRepository;
  readonly users: UserRepository;
  readonly eventQueries: EventQueries;
  readonly bookingQueries: BookingQueries;
  readonly userQueries: UserQueries;
  readonly stockQueries: StockQueries;
  readonly keptAnswers: KeptAnswers;
  readonly rateCounts: RateCounts;
  readonly tokens: TokenService;
  readonly passwords: PasswordHasher;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly policy: Policy;
}
